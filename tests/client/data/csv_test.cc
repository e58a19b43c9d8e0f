#include "client/data/csv.h"

#include <gtest/gtest.h>

#include "client/types.h"
#include "tests/client/data/files.h"

namespace eager::data {
namespace {

using testing::StatusOf;

class CsvTest : public ::testing::Test {
 protected:
  CsvTable Load(const std::string& text, const CsvOptions& options = {}) {
    return load_csv(folder_.Write("t.csv", text), options);
  }
  std::string ErrorOf(const std::string& text, const CsvOptions& options = {}) {
    const absl::Status status = StatusOf([&] { Load(text, options); });
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    const std::string message(status.message());
    const std::string file = (folder_ / "t.csv") + ": ";
    return message.rfind(file, 0) == 0 ? message.substr(file.size()) : message;
  }
  testing::DataFolder folder_;
};

TEST_F(CsvTest, NumbersWithoutHeader) {
  const CsvTable t = Load("1,2.5,-3e2\r\n+4, 5 ,nan\r\n");
  EXPECT_EQ(t.features().str(), "[[   1.     2.5 -300. ]\n [   4.     5.     nan]]");
  EXPECT_FALSE(t.labels.has_value());
  EXPECT_TRUE(t.names.empty());
}

TEST_F(CsvTest, NumbersBeyondTheTypesRange) {
  EXPECT_EQ(Load("1e-60\n-1e-400\n").columns[0].to_vector<float>(), (std::vector<float>{0, 0}));
  EXPECT_EQ(ErrorOf("1e60\n"), "line 1, column 1: '1e60' is no float32");
}

TEST_F(CsvTest, HeaderDtypesAndLabels) {
  const CsvTable t =
      Load("\xEF\xBB\xBFid;name;ok;y\n7;\"a;\"\"b\"\"\nc\";True;1\n\n8;;0;2",
           {.header = true, .delimiter = ';', .dtypes = {int64, string, boolean, uint8}, .label_column = -1});
  EXPECT_EQ(t.names, (std::vector<std::string>{"id", "name", "ok"}));
  EXPECT_EQ(t.columns[0].to_vector<int64_t>(), (std::vector<int64_t>{7, 8}));
  EXPECT_EQ(t.columns[1].to_vector<std::string>(), (std::vector<std::string>{"a;\"b\"\nc", ""}));
  EXPECT_EQ(t.columns[2].to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(t.labels->to_vector<uint8_t>(), (std::vector<uint8_t>{1, 2}));
  EXPECT_EQ(StatusOf([&] { t.features(); }).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(CsvTest, GzipAndManyRows) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i % 256) + "," + std::to_string(i) + "\n";
  const CsvTable t = load_csv(folder_.WriteGzip("t.csv.gz", text), {.dtypes = {uint8, int32}, .label_column = 1});
  EXPECT_EQ(t.features().shape().ToTuple(), "(20000, 1)");
  EXPECT_EQ(t.labels->at<int32_t>(-1), 19999);
}

TEST_F(CsvTest, ErrorsNameLineAndColumn) {
  EXPECT_EQ(ErrorOf("1,2\n3,x\n"), "line 2, column 2: 'x' is no float32");
  EXPECT_EQ(ErrorOf("1,2\n\n3,\n"), "line 3, column 2: '' is no float32");
  EXPECT_EQ(ErrorOf("1,2\n3\n"), "line 2 has 1 columns, the lines before it have 2");
  EXPECT_EQ(ErrorOf("300\n", {.dtypes = {uint8}}), "line 1, column 1: '300' is no uint8");
  EXPECT_EQ(ErrorOf("1.5\n", {.dtypes = {int32}}), "line 1, column 1: '1.5' is no int32");
  EXPECT_EQ(ErrorOf("maybe\n", {.dtypes = {boolean}}), "line 1, column 1: 'maybe' is no bool");
  EXPECT_EQ(ErrorOf("\"a\nb\",1\nx,\"y\n", {.dtypes = {string}}), "line 3: a quoted field has no end");
  EXPECT_EQ(ErrorOf("1,2\n", {.dtypes = {int32, int32, int32}}), "line 1 has 2 columns, but there are 3 dtypes");
  EXPECT_EQ(ErrorOf("1,2\n", {.label_column = 2}), "there is no column 2 for labels among 2");
  EXPECT_EQ(ErrorOf(""), "has no rows");
  EXPECT_EQ(ErrorOf("1\n", {.dtypes = {DType::kResource}}), "load_csv: columns cannot be of resource");
  EXPECT_EQ(StatusOf([&] { load_csv(folder_ / "none"); }).code(), absl::StatusCode::kNotFound);
}

TEST_F(CsvTest, ColumnsAreCounted) {
  EXPECT_EQ(ErrorOf(std::string((1 << 20) + 1, ','), {.dtypes = {string}}), "line 1 has more than 1048576 columns");
  EXPECT_EQ(Load("a\xFF" "b\n", {.delimiter = '\xFF', .dtypes = {string}}).columns.size(), 2u);
}

}  // namespace
}  // namespace eager::data
