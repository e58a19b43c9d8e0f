// Certificates and keys, checked before gRPC sees them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace eager::server {

struct TlsFiles {
  std::string cert, key, client_ca;  // PEM

  // INVALID_ARGUMENT, naming the file, for what is no certificate or key, and for a key of another certificate, as between
  // two writes of a pair. `paths` and `contents`: of the certificate, the key and the clients' CA, the latter maybe "".
  static absl::StatusOr<std::shared_ptr<const TlsFiles>> Parse(const std::vector<std::string>& paths,
                                                               const std::vector<std::string>& contents);
};

}  // namespace eager::server
