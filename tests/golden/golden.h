// The golden results of real TensorFlow in this folder (README.md says what is in them), for the tests.
//
// Files are named as README.md names them; each may be stored as it is or gzipped as NAME.gz. Nothing here throws:
// a missing or malformed file is an error that names the file and, for .jsonl, the line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/host_tensor.h"
#include "nlohmann/json.hpp"

namespace eager::golden {

using Json = nlohmann::json;

// One line of a .jsonl file.
struct Case {
  std::string where;  // "ops.jsonl:17", for messages
  Json json;          // always an object
};

// The golden folder: `given`, else $EAGERD_GOLDEN, else this folder as it was when the tests were built.
// NOT_FOUND if there is none.
absl::StatusOr<std::filesystem::path> FindFolder(absl::string_view given = "");

// The whole content of `name` in `folder`, unzipped.
absl::StatusOr<std::string> ReadFile(const std::filesystem::path& folder, absl::string_view name);
// A file that holds one JSON document: "cnn.json", "checkpoints/many/expected.json".
absl::StatusOr<Json> ReadJson(const std::filesystem::path& folder, absl::string_view name);
// A .jsonl file. Empty lines are skipped.
absl::StatusOr<std::vector<Case>> ReadCases(const std::filesystem::path& folder, absl::string_view name);
// Copies the files of a folder, such as "checkpoints/large", into `to` (made if needed), unzipped: for readers that
// want real files.
absl::Status CopyFolder(const std::filesystem::path& folder, absl::string_view name, const std::filesystem::path& to);

// Whether a JSON value has the form of a T, so that ParseTensor takes it or says what is wrong with it.
bool IsTensor(const Json& json);
// The tensor that a T describes, `values` and `arange` alike. Exact: 64-bit integers do not pass through doubles.
// INVALID_ARGUMENT, starting with `where`, for everything that is not a T or does not fit its dtype.
absl::StatusOr<HostTensor> ParseTensor(const Json& json, absl::string_view where = "");
// A list of T|null. A null becomes a HostTensor that is not valid().
absl::StatusOr<std::vector<HostTensor>> ParseTensors(const Json& list, absl::string_view where = "");

// Whether `got` is right for `want`: dtype and shape are equal, and for each element |got - want| <= atol + rtol *
// |want|. NaN equals NaN, an infinity only the same one. All but floating types: exact. Two HostTensors that
// are not valid() are equal. If false, `why` (unless null) tells the first difference.
bool Close(const HostTensor& got, const HostTensor& want, double rtol, double atol, std::string* why);

}  // namespace eager::golden
