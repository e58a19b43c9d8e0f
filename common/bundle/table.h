// The index file of a bundle: leveldb's table format with plain keys, as TensorFlow has it.
//
// Source: tensorflow/core/lib/io/{table_builder,block_builder,format}.cc; leveldb's table/ and doc/table_format.md.
#pragma once

#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/bundle/file.h"

namespace eager::bundle {

// Appends a table of `rows` to an empty file. The same bytes as TensorFlow's for the same rows.
absl::Status WriteTable(const std::map<std::string, std::string>& rows, OutputFile& file);

// Calls row(key, value) for each in the order of the keys, until it returns an error, which comes back. DATA_LOSS that
// names the file for whatever is no such table, whose checksums are wrong, or whose sizes do not fit the file: nothing
// is allocated that the file's size does not justify. UNIMPLEMENTED for compressed blocks, which TensorFlow does not
// write.
absl::Status ReadTable(const InputFile& file,
                       absl::FunctionRef<absl::Status(absl::string_view key, absl::string_view value)> row);

}  // namespace eager::bundle
