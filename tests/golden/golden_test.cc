#include "tests/golden/golden.h"

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace eager::golden {
namespace {

namespace fs = std::filesystem;

fs::path Folder() { return FindFolder().value(); }

// A folder of its own for each test, removed at its end.
class GoldenFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    const testing::TestInfo* info = testing::UnitTest::GetInstance()->current_test_info();
    dir_ = fs::path(testing::TempDir()) / absl::StrCat("golden_", info->name(), "_", ::getpid());
    fs::create_directories(dir_);
  }
  void TearDown() override { fs::remove_all(dir_); }
  void Write(const std::string& name, absl::string_view content) {
    std::ofstream(dir_ / name, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  }
  fs::path dir_;
};

HostTensor Tensor(absl::string_view text) { return ParseTensor(Json::parse(text)).value(); }

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<HostTensor> tensor = ParseTensor(Json::parse(text), "x.jsonl:3");
  return tensor.ok() ? "" : std::string(tensor.status().message());
}

// Parses every T inside `json`; returns how many there are.
int ParseAll(const Json& json, const std::string& where) {
  if (IsTensor(json)) {
    const absl::StatusOr<HostTensor> tensor = ParseTensor(json, where);
    EXPECT_TRUE(tensor.ok()) << tensor.status();
    return 1;
  }
  int count = 0;
  if (json.is_structured()) {
    for (const Json& part : json) count += ParseAll(part, where);
  }
  return count;
}

struct Counts {
  size_t cases = 0;
  int tensors = 0;
};
Counts CountsOf(absl::string_view name) {
  const std::vector<Case> cases = ReadCases(Folder(), name).value();
  Counts counts{cases.size()};
  for (const Case& c : cases) counts.tensors += ParseAll(c.json, c.where);
  return counts;
}

TEST(GoldenTest, EveryTensorOfEveryFileIsRead) {
  EXPECT_EQ(CountsOf("ops.jsonl").cases, 4442u);
  EXPECT_EQ(CountsOf("errors.jsonl").cases, 211u);
  EXPECT_EQ(CountsOf("random.jsonl").cases, 133u);
  EXPECT_EQ(CountsOf("optimizers.jsonl").cases, 35u);
  EXPECT_EQ(CountsOf("programs.jsonl").cases, 74u);
  const Counts printing = CountsOf("printing.jsonl");
  EXPECT_EQ(printing.cases, 237u);
  EXPECT_EQ(printing.tensors, 237);
  EXPECT_GT(ParseAll(ReadJson(Folder(), "cnn.json").value(), "cnn.json"), 0);
}

TEST(GoldenTest, IntegersOf64BitsStayExact) {
  const HostTensor i = Tensor(R"({"dtype":"int64","shape":[3],
      "values":[-9223372036854775808,9223372036854775807,9007199254740993]})");
  EXPECT_EQ(i.values<int64_t>()[0], std::numeric_limits<int64_t>::min());
  EXPECT_EQ(i.values<int64_t>()[1], std::numeric_limits<int64_t>::max());
  EXPECT_EQ(i.values<int64_t>()[2], 9007199254740993);
  const HostTensor u = Tensor(R"({"dtype":"uint64","shape":[],"values":[18446744073709551615]})");
  EXPECT_EQ(u.values<uint64_t>()[0], std::numeric_limits<uint64_t>::max());
}

TEST(GoldenTest, FloatsAreRoundedOnceFromDecimal) {
  const HostTensor f = Tensor(R"({"dtype":"float32","shape":[5],"values":[0.1,"nan","inf","-inf",-0.0]})");
  const absl::Span<const float> v = f.values<float>();
  EXPECT_EQ(v[0], 0.1f);
  EXPECT_TRUE(std::isnan(v[1]));
  EXPECT_EQ(v[2], INFINITY);
  EXPECT_EQ(v[3], -INFINITY);
  EXPECT_TRUE(v[4] == 0 && std::signbit(v[4]));
  EXPECT_EQ(Tensor(R"({"dtype":"float16","shape":[1],"values":[0.0999755859375]})").values<Float16>()[0].bits, 0x2e66);
  EXPECT_EQ(Tensor(R"({"dtype":"bfloat16","shape":[1],"values":[-1.75]})").values<BFloat16>()[0].bits, 0xbfe0);
  EXPECT_EQ(Tensor(R"({"dtype":"float64","shape":[1],"values":[5e-324]})").values<double>()[0], 5e-324);
}

TEST(GoldenTest, StringsAndBools) {
  const HostTensor s = Tensor(R"({"dtype":"string","shape":[2],"values":["","안녕\u0000x"]})");
  EXPECT_EQ(s.string_at(0), "");
  EXPECT_EQ(s.string_at(1), absl::string_view("안녕\0x", 8));
  const HostTensor b = Tensor(R"({"dtype":"bool","shape":[2],"values":[true,false]})");
  EXPECT_TRUE(b.values<bool>()[0]);
  EXPECT_FALSE(b.values<bool>()[1]);
}

TEST(GoldenTest, ArangeIsMadeInDoubleAndCast) {
  const auto arange = [](absl::string_view dtype, int n, double scale, double offset) {
    return Tensor(absl::StrCat(R"({"arange":)", n, R"(,"scale":)", scale, R"(,"offset":)", offset, R"(,"shape":[)", n,
                               R"(],"dtype":")", dtype, R"("})"));
  };
  EXPECT_EQ(arange("float64", 4, 0.1, 1).values<double>()[3], 3 * 0.1 + 1);
  EXPECT_EQ(arange("int32", 4, 0.5, -2).values<int32_t>()[1], -1);  // -1.5 is cut toward 0
  EXPECT_EQ(arange("uint8", 300, 1, 0).values<uint8_t>()[299], 43);
  EXPECT_EQ(arange("uint8", 2, 1, -1).values<uint8_t>()[0], 255);
  EXPECT_FALSE(arange("bool", 3, 0.5, 0).values<bool>()[1]);
  EXPECT_TRUE(arange("bool", 3, 0.5, 0).values<bool>()[2]);
}

TEST(GoldenTest, WhatDoesNotFitTheDtypeIsAnError) {
  EXPECT_EQ(ErrorOf(R"({"dtype":"int8","shape":[2],"values":[1,128]})"), "x.jsonl:3: values[1]: out of range: 128");
  EXPECT_EQ(ErrorOf(R"({"dtype":"uint8","shape":[1],"values":[-1]})"), "x.jsonl:3: values[0]: out of range: -1");
  EXPECT_EQ(ErrorOf(R"({"dtype":"int32","shape":[1],"values":[1.5]})"), "x.jsonl:3: values[0]: not an integer: 1.5");
  EXPECT_EQ(ErrorOf(R"({"dtype":"uint64","shape":[1],"values":[18446744073709551616]})").substr(0, 34),
            "x.jsonl:3: values[0]: not an integ");
  EXPECT_EQ(ErrorOf(R"({"dtype":"float32","shape":[1],"values":["x"]})"), "x.jsonl:3: values[0]: not a number: \"x\"");
  EXPECT_EQ(ErrorOf(R"({"dtype":"float16","shape":[1],"values":[70000]})"),
            "x.jsonl:3: values[0]: out of range: 70000");
  EXPECT_EQ(ErrorOf(R"({"dtype":"bool","shape":[1],"values":[1]})"), "x.jsonl:3: values[0]: not a bool: 1");
  EXPECT_EQ(ErrorOf(R"({"dtype":"string","shape":[1],"values":[1]})"), "x.jsonl:3: not a string: 1");
}

TEST(GoldenTest, WhatIsNoTensorIsAnError) {
  EXPECT_EQ(ErrorOf(R"({"dtype":"int8","shape":[2],"values":[1]})"), "x.jsonl:3: 1 values for shape [2]");
  EXPECT_EQ(ErrorOf(R"({"dtype":"int8","shape":[],"arange":2,"scale":1,"offset":0})"),
            "x.jsonl:3: 2 values for shape []");
  EXPECT_EQ(ErrorOf(R"({"dtype":"int8","shape":[2],"arange":2,"scale":1})"), "x.jsonl:3: \"offset\" is missing");
  EXPECT_EQ(ErrorOf(R"({"dtype":"int8","shape":[2]})"), "x.jsonl:3: \"values\" is missing");
  EXPECT_EQ(ErrorOf(R"({"dtype":"int8","shape":2,"values":[]})"), "x.jsonl:3: shape is not a list: 2");
  EXPECT_EQ(ErrorOf(R"([1])"), "x.jsonl:3: not a tensor: [1]");
  EXPECT_NE(ErrorOf(R"({"dtype":"int8","shape":[-1],"values":[]})"), "");
  EXPECT_NE(ErrorOf(R"({"dtype":"int9","shape":[0],"values":[]})"), "");
  EXPECT_NE(ErrorOf(R"({"dtype":"resource","shape":[0],"values":[]})"), "");
}

TEST(GoldenTest, ListsOfTensorsMayHaveNulls) {
  const auto list = ParseTensors(Json::parse(R"([{"dtype":"int8","shape":[],"values":[4]},null])")).value();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_TRUE(list[0].valid());
  EXPECT_FALSE(list[1].valid());
  EXPECT_FALSE(ParseTensors(Json::parse("{}")).ok());
  EXPECT_FALSE(ParseTensors(Json::parse("[1]")).ok());
}

TEST_F(GoldenFilesTest, ABadLineIsNamed) {
  Write("a.jsonl", "{\"id\":1}\n\n{\"id\":\n");
  EXPECT_TRUE(absl::StartsWith(ReadCases(dir_, "a.jsonl").status().message(), "a.jsonl:3: "));
  Write("b.jsonl", "{}\n[1]\n");
  EXPECT_EQ(ReadCases(dir_, "b.jsonl").status().message(), "b.jsonl:2: not a JSON object");
  Write("c.jsonl", "{\"id\":1}\n{\"id\":2}");
  const std::vector<Case> cases = ReadCases(dir_, "c.jsonl").value();
  ASSERT_EQ(cases.size(), 2u);
  EXPECT_EQ(cases[1].where, "c.jsonl:2");
  EXPECT_EQ(cases[1].json["id"], 2);
}

TEST_F(GoldenFilesTest, MissingAndBrokenFilesAreNamed) {
  EXPECT_EQ(ReadFile(dir_, "none.jsonl").status().code(), absl::StatusCode::kNotFound);
  const std::string zipped = [] {
    std::ifstream in(Folder() / "printing.jsonl.gz", std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  ASSERT_GT(zipped.size(), 1000u);
  Write("short.json.gz", zipped.substr(0, 1000));
  Write("plain.json.gz", "{}");
  Write("spoiled.json.gz", zipped.substr(0, 100) + "????????" + zipped.substr(108));
  for (const char* name : {"short.json", "plain.json", "spoiled.json"}) {
    const absl::Status status = ReadFile(dir_, name).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << name;
    EXPECT_TRUE(absl::StrContains(status.message(), name)) << status;
  }
}

TEST_F(GoldenFilesTest, TheFolderIsTheArgumentElseTheEnvironmentElseThisOne) {
  EXPECT_EQ(FindFolder("/no/such/folder").status().code(), absl::StatusCode::kNotFound);
  ASSERT_EQ(::setenv("EAGERD_GOLDEN", dir_.c_str(), 1), 0);
  EXPECT_EQ(FindFolder().value(), dir_);
  EXPECT_EQ(FindFolder(testing::TempDir()).value(), fs::path(testing::TempDir()));
  ::unsetenv("EAGERD_GOLDEN");
  EXPECT_TRUE(fs::exists(FindFolder().value() / "README.md"));
}

TEST_F(GoldenFilesTest, AFolderIsCopiedUnzipped) {
  ASSERT_TRUE(CopyFolder(Folder(), "checkpoints/many", dir_ / "many").ok());
  EXPECT_EQ(fs::file_size(dir_ / "many/many.index"), 292947u);
  EXPECT_EQ(fs::file_size(dir_ / "many/many.data-00000-of-00001"), 564088u);
  EXPECT_FALSE(fs::exists(dir_ / "many/many.index.gz"));
  ASSERT_TRUE(CopyFolder(Folder(), "events", dir_ / "events").ok());
  EXPECT_TRUE(fs::exists(dir_ / "events/logs"));
  EXPECT_TRUE(ReadJson(Folder(), "checkpoints/many/expected.json").ok());
  EXPECT_EQ(CopyFolder(Folder(), "nothing", dir_).code(), absl::StatusCode::kNotFound);
}

TEST(CloseTest, ToleranceIsRelativeToTheWantedValue) {
  const auto close = [](double got, double want, double rtol, double atol) {
    return Close(HostTensor::Scalar(got), HostTensor::Scalar(want), rtol, atol, nullptr);
  };
  EXPECT_TRUE(close(1.125, 1, 0.125, 0));
  EXPECT_FALSE(close(1.126, 1, 0.125, 0));
  EXPECT_TRUE(close(0.25, 0, 0, 0.25));
  EXPECT_TRUE(close(-0.0, 0.0, 0, 0));
  EXPECT_TRUE(close(NAN, NAN, 0, 0));
  EXPECT_FALSE(close(1, NAN, 1, 1));
  EXPECT_FALSE(close(NAN, 1, 1, 1));
  EXPECT_TRUE(close(INFINITY, INFINITY, 0, 0));
  EXPECT_FALSE(close(-INFINITY, INFINITY, 1, 1));
  EXPECT_FALSE(close(1, INFINITY, 1, 1));
  EXPECT_FALSE(close(INFINITY, 1, 1, 1));
}

TEST(CloseTest, EveryFloatingTypeIsComparedByValue) {
  std::string why;
  EXPECT_TRUE(Close(HostTensor::Scalar(1.5f), HostTensor::Scalar(1.25f), 0, 0.25, &why)) << why;
  EXPECT_TRUE(Close(HostTensor::Scalar(Float16(1.5f)), HostTensor::Scalar(Float16(1.25f)), 0, 0.25, &why)) << why;
  EXPECT_FALSE(Close(HostTensor::Scalar(BFloat16(1.5f)), HostTensor::Scalar(BFloat16(1.25f)), 0, 0.125, &why));
}

TEST(CloseTest, TheRestIsExactAndSaysWhy) {
  std::string why;
  const auto ints = [](std::vector<int8_t> v) { return HostTensor::FromSpan<int8_t>(Shape{2, 2}, v); };
  EXPECT_TRUE(Close(ints({1, 2, 3, 4}), ints({1, 2, 3, 4}), 0, 0, &why)) << why;
  EXPECT_FALSE(Close(ints({1, 2, 3, 4}), ints({1, 2, -3, 4}), 1, 10, &why));
  EXPECT_EQ(why, "element [1,0]: got 3, want -3");
  EXPECT_FALSE(Close(HostTensor::Scalar(1), HostTensor::Scalar(1.0f), 1, 10, &why));
  EXPECT_EQ(why, "got int32[], want float32[]");
  EXPECT_FALSE(Close(HostTensor::FromSpan<float>(Shape{1}, {1.0f}), HostTensor::Scalar(1.0f), 1, 10, &why));
  EXPECT_FALSE(Close(HostTensor::Strings(Shape{1}, {"a"}), HostTensor::Strings(Shape{1}, {"b"}), 0, 0, &why));
  EXPECT_EQ(why, "element [0]: got \"a\", want \"b\"");
  EXPECT_FALSE(Close(HostTensor::Scalar(1.5), HostTensor::Scalar(1.0), 0, 0.25, &why));
  EXPECT_EQ(why, "element []: got 1.5, want 1 (differs by 0.5, allowed 0.25)");
  EXPECT_TRUE(Close(HostTensor(), HostTensor(), 0, 0, &why));
  EXPECT_FALSE(Close(HostTensor(), HostTensor::Scalar(1), 0, 0, &why));
}

}  // namespace
}  // namespace eager::golden
