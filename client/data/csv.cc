#include "client/data/csv.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/core/throw.h"
#include "client/data/input_file.h"
#include "common/status_macros.h"
#include "common/visit_dtype.h"

namespace eager::data {
namespace {

using internal::FileError;
using internal::InputFile;

// Splits a file into rows of fields.
class CsvReader {
 public:
  CsvReader(InputFile& file, const CsvOptions& options) : file_(file), options_(options), buffer_(1 << 16) {}

  // False at the end. `line` is where the row starts.
  absl::StatusOr<bool> NextRow(std::vector<std::string>& fields, int64_t& line) {
    while (true) {
      fields.clear();
      line = line_;
      ASSIGN_OR_RETURN(const bool any, ReadRow(fields));
      if (!any) return false;
      const bool empty = fields.size() == 1 && fields[0].empty() && !quoted_;
      if (!empty) return true;
    }
  }

 private:
  static constexpr int kEnd = -1;
  static constexpr size_t kMostColumns = 1 << 20;  // each costs hundreds of bytes, before it has values

  absl::StatusOr<int> Get() {
    if (next_ == size_) {
      ASSIGN_OR_RETURN(size_, file_.ReadSome(buffer_.data(), buffer_.size()));
      next_ = 0;
      if (size_ == 0) return kEnd;
      // A byte-order mark is no part of the first field.
      if (!started_ && size_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) next_ = 3;
      started_ = true;
      if (next_ == size_) return Get();
    }
    return static_cast<unsigned char>(buffer_[next_++]);
  }

  absl::StatusOr<bool> ReadRow(std::vector<std::string>& fields) {
    std::string field;
    bool any = false, in_quotes = false, closed = false;
    quoted_ = false;
    const int64_t start = line_;
    while (true) {
      ASSIGN_OR_RETURN(const int c, Get());
      if (c == kEnd) {
        if (in_quotes) {
          return FileError(absl::StatusCode::kInvalidArgument, file_.path(),
                           absl::StrCat("line ", start, ": a quoted field has no end"));
        }
        if (!any) return false;
        break;
      }
      any = true;
      if (in_quotes) {
        if (c == static_cast<unsigned char>(options_.quote)) {
          in_quotes = false;
          closed = true;
        } else {
          if (c == '\n') ++line_;
          field += static_cast<char>(c);
        }
      } else if (c == static_cast<unsigned char>(options_.quote) &&
                 (closed || absl::StripAsciiWhitespace(field).empty())) {
        if (closed) {
          field += options_.quote;  // doubled
        } else {
          field.clear();
        }
        in_quotes = quoted_ = true;
        closed = false;
      } else if (c == static_cast<unsigned char>(options_.delimiter)) {
        if (fields.size() >= kMostColumns) {
          return FileError(absl::StatusCode::kInvalidArgument, file_.path(),
                           absl::StrCat("line ", start, " has more than ", kMostColumns, " columns"));
        }
        fields.push_back(std::move(field));
        field.clear();
        closed = false;
      } else if (c == '\n') {
        ++line_;
        break;
      } else {
        field += static_cast<char>(c);
      }
    }
    if (!field.empty() && field.back() == '\r') field.pop_back();
    fields.push_back(std::move(field));
    return true;
  }

  InputFile& file_;
  const CsvOptions& options_;
  std::vector<char> buffer_;
  size_t next_ = 0, size_ = 0;
  int64_t line_ = 1;
  bool started_ = false;
  bool quoted_ = false;  // the row had a quoted field
};

// A column that grows.
class Column {
 public:
  explicit Column(DType dtype) : dtype_(dtype) {}
  DType dtype() const { return dtype_; }

  // False if the text is no value of the dtype.
  bool Add(std::string& field) {
    if (dtype_ == DType::kString) {
      texts_.push_back(std::move(field));
      return true;
    }
    absl::string_view text = absl::StripAsciiWhitespace(field);
    return VisitDType(dtype_, [&]<class T>() {
      T value{};
      if (!Parse(text, value)) return false;
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
      return true;
    }, [] { return false; });
  }

  HostTensor Take(int64_t rows) {
    if (dtype_ == DType::kString) return HostTensor::Strings(Shape{rows}, texts_);
    HostTensor values(TensorSpec{dtype_, Shape{rows}}, /*zero=*/false);
    std::memcpy(values.data(), bytes_.data(), bytes_.size());
    bytes_ = std::string();
    return values;
  }

 private:
  template <class T>
  static bool Parse(absl::string_view text, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      const std::string lower = absl::AsciiStrToLower(text);
      value = lower == "true" || lower == "1";
      return value || lower == "false" || lower == "0";
    } else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
      float wide = 0;
      if (!Parse(text, wide)) return false;
      value = T(wide);
      return true;
    } else {
      const char *first = text.data(), *last = text.data() + text.size();
      if (text.size() > 1 && *first == '+' && first[1] != '-') ++first;  // from_chars knows no plus
      const auto [end, error] = std::from_chars(first, last, value);
      if constexpr (std::is_floating_point_v<T>) {
        // Too small for the type is 0 or next to it; only too large is an error.
        if (error == std::errc::result_out_of_range && end == last) {
          const double wide = std::strtod(std::string(first, last).c_str(), nullptr);
          value = static_cast<T>(std::fabs(wide) < 1 ? wide : 0);
          return std::fabs(wide) < 1;
        }
      }
      return error == std::errc() && end == last;
    }
  }

  DType dtype_;
  std::string bytes_;
  std::vector<std::string> texts_;
};

absl::StatusOr<CsvTable> ReadCsv(const std::string& path, const CsvOptions& options) {
  for (const DType d : options.dtypes) {
    if (!IsFloating(d) && !IsInteger(d) && d != DType::kBool && d != DType::kString) {
      return absl::InvalidArgumentError(absl::StrCat("load_csv: columns cannot be of ", Name(d)));
    }
  }
  if (options.delimiter == options.quote || options.delimiter == '\n' || options.quote == '\n') {
    return absl::InvalidArgumentError("load_csv: the delimiter, the quote and the line's end must differ");
  }
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  CsvReader reader(file, options);
  std::vector<std::string> fields, names;
  std::vector<Column> columns;
  int64_t line = 0, rows = 0;
  const auto wrong = [&](const std::string& message) {
    return FileError(absl::StatusCode::kInvalidArgument, path, message);
  };
  while (true) {
    ASSIGN_OR_RETURN(const bool any, reader.NextRow(fields, line));
    if (!any) break;
    if (columns.empty()) {
      if (options.dtypes.size() != 1 && options.dtypes.size() != fields.size()) {
        return wrong(absl::StrCat("line ", line, " has ", fields.size(), " columns, but there are ",
                                  options.dtypes.size(), " dtypes"));
      }
      for (size_t i = 0; i < fields.size(); ++i)
        columns.emplace_back(options.dtypes[options.dtypes.size() == 1 ? 0 : i]);
      if (options.header) {
        names = fields;
        continue;
      }
    }
    if (fields.size() != columns.size()) {
      return wrong(
          absl::StrCat("line ", line, " has ", fields.size(), " columns, the lines before it have ", columns.size()));
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      if (columns[i].Add(fields[i])) continue;
      return wrong(
          absl::StrCat("line ", line, ", column ", i + 1, ": '", fields[i], "' is no ", Name(columns[i].dtype())));
    }
    ++rows;
  }
  if (columns.empty()) return wrong("has no rows");
  CsvTable table;
  const int n = static_cast<int>(columns.size());
  const int label = options.label_column.has_value() ? *options.label_column + (*options.label_column < 0 ? n : 0) : n;
  if (options.label_column.has_value() && (label < 0 || label >= n)) {
    return wrong(absl::StrCat("there is no column ", *options.label_column, " for labels among ", n));
  }
  for (int i = 0; i < n; ++i) {
    NDArray values = columns[static_cast<size_t>(i)].Take(rows);
    if (i == label) {
      table.labels = std::move(values);
      continue;
    }
    table.columns.push_back(std::move(values));
    if (options.header) table.names.push_back(names[static_cast<size_t>(i)]);
  }
  return table;
}

}  // namespace

CsvTable load_csv(const std::string& path, const CsvOptions& options, std::source_location where) {
  return eager::internal::ValueOrThrow(ReadCsv(path, options), where);
}

NDArray CsvTable::features(std::source_location where) const {
  if (columns.empty()) throw Error(absl::InvalidArgumentError("features: there are no columns"), where);
  const DType dtype = columns[0].dtype();
  for (const NDArray& c : columns) {
    if (c.dtype() == dtype && dtype != DType::kString) continue;
    throw Error(absl::InvalidArgumentError("features: the columns are not all of one numeric dtype"), where);
  }
  NDArray table(Shape{columns[0].size(), static_cast<int64_t>(columns.size())}, dtype);
  VisitDType(dtype, [&]<class T>() {
    T* out = table.mutable_values<T>().data();
    for (size_t c = 0; c < columns.size(); ++c) {
      const std::span<const T> column = columns[c].values<T>();
      for (size_t r = 0; r < column.size(); ++r) out[r * columns.size() + c] = column[r];
    }
  }, [] {});
  return table;
}

}  // namespace eager::data
