// Certificates for tests, made on the spot.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace eager::testing {

struct CertificateOptions {
  std::string common_name;
  std::string alternative_names = "DNS:localhost,IP:127.0.0.1";  // "" for none
  int from_hours = -1;  // validity, from now
  int to_hours = 24;
};

struct PemPair {
  std::string cert, key;
};

// An authority of its own.
class CertificateAuthority {
 public:
  CertificateAuthority();
  const std::string& pem() const { return pem_; }
  PemPair Issue(const CertificateOptions& options) const;

 private:
  std::shared_ptr<EVP_PKEY> key_;
  std::shared_ptr<X509> certificate_;
  std::string pem_;
};

}  // namespace eager::testing
