// A CSV file, plain or gzip, behind two bytes that choose the options.
#include "client/data/csv.h"
#include "tests/fuzz/files.h"
#include "tests/fuzz/fuzz_target.h"

namespace eager::fuzz {
namespace {

int loaded = 0, refused = 0;

// First byte: the delimiter, a header, labels; second: dtypes, for all columns or for two.
data::CsvOptions Options(uint8_t first, uint8_t second) {
  constexpr char kDelimiters[] = {',', ';', '\t', ' ', '|', '\xff', '"', 'e'};
  constexpr DType kDTypes[] = {DType::kFloat32, DType::kString, DType::kInt64, DType::kUint8,
                               DType::kBool,    DType::kFloat16, DType::kFloat64, DType::kInt8};
  data::CsvOptions options;
  options.delimiter = kDelimiters[first & 7];
  options.header = (first & 8) != 0;
  if ((first & 16) != 0) options.label_column = (first & 32) != 0 ? -1 : first >> 6;
  options.dtypes = {kDTypes[second & 7]};
  if ((second & 64) != 0) options.dtypes.push_back(kDTypes[second >> 3 & 7]);
  return options;
}

void Read(const std::string& path, const data::CsvOptions& options) {
  const data::CsvTable table = data::load_csv(path, options);
  for (const NDArray& column : table.columns) {
    if (column.size() != table.columns[0].size()) Fail("columns of one table differ in length");
  }
  if (options.header && table.names.size() != table.columns.size()) Fail("a column has no name");
  if (!table.columns.empty() && table.columns[0].dtype() != DType::kString) Succeeds([&] { table.features(); });
}

}  // namespace

std::string Report() { return absl::StrCat(loaded, " files read, ", refused, " refused\n"); }
int Reached() { return loaded; }

}  // namespace eager::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace eager::fuzz;
  if (size < 2) return 0;
  const std::string path = WriteFile("csv", {reinterpret_cast<const char*>(data) + 2, size - 2});
  ++(Succeeds([&] { Read(path, Options(data[0], data[1])); }) ? loaded : refused);
  return 0;
}
