// Tables as text: comma-separated values.
#pragma once

#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "client/ndarray.h"

namespace eager::data {

struct CsvOptions {
  bool header = false;  // the first row names the columns
  char delimiter = ',';
  char quote = '"';              // around fields with delimiters or line breaks in them; doubled inside
  std::vector<DType> dtypes = {DType::kFloat32};  // one for all columns, or one for each (the label's too)
  std::optional<int> label_column;                // negative: from the end
};

// What a file holds, column by column.
struct CsvTable {
  std::vector<std::string> names;   // of `columns`, if there is a header
  std::vector<NDArray> columns;     // each of shape (rows,), without the label's
  std::optional<NDArray> labels;    // (rows,)

  // The columns, which are all of one numeric dtype, side by side: (rows, columns).
  NDArray features(std::source_location where = std::source_location::current()) const;
};

// Reads a CSV file, plain or gzip. dtypes: numbers, bool ("0", "1", "true", "false" in any case) and string. Empty
// lines are passed over; a carriage return before the line's end and blanks around numbers do not count. NOT_FOUND
// without the file; INVALID_ARGUMENT, with file, line and column, for what is not a number of its dtype, and for rows
// of unequal length.
CsvTable load_csv(const std::string& path, const CsvOptions& options = {},
                  std::source_location where = std::source_location::current());

}  // namespace eager::data
