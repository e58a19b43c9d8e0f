#include "server/rpc/security/tls_files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "server/log/log.h"

namespace eager::server {
namespace {

struct Free {
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

// In place of OpenSSL's own, which asks at the terminal.
int NoPassphrase(char*, int, int, void*) { return 0; }

Owned<BIO> Open(const std::string& pem) { return Owned<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))); }

// The first of the file's certificates; all must be readable.
absl::StatusOr<Owned<X509>> ReadCertificates(const std::string& path, const std::string& pem) {
  const Owned<BIO> bio = Open(pem);
  ERR_clear_error();
  Owned<X509> first(PEM_read_bio_X509(bio.get(), nullptr, &NoPassphrase, nullptr));
  bool good = first != nullptr;
  while (good) {
    const Owned<X509> next(PEM_read_bio_X509(bio.get(), nullptr, &NoPassphrase, nullptr));
    if (next != nullptr) continue;
    good = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;  // the end of the file
    break;
  }
  ERR_clear_error();
  if (!good) return absl::InvalidArgumentError(absl::StrCat(path, ": expected certificates in PEM form"));
  return first;
}

void WarnOfDates(const std::string& path, X509* certificate) {
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    Log(LogLevel::kWarning, "certificate_expired", {{"file", path}});
  } else if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    Log(LogLevel::kWarning, "certificate_not_yet_valid", {{"file", path}});
  }
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TlsFiles>> TlsFiles::Parse(const std::vector<std::string>& paths,
                                                               const std::vector<std::string>& contents) {
  ASSIGN_OR_RETURN(const Owned<X509> certificate, ReadCertificates(paths[0], contents[0]));
  const Owned<BIO> bio = Open(contents[1]);
  const Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &NoPassphrase, nullptr));
  const bool fits = key != nullptr && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(paths[1], ": expected a private key in PEM form, without a passphrase"));
  }
  if (!fits) return absl::InvalidArgumentError(absl::StrCat(paths[1], ": this key is not that of the certificate in ", paths[0]));
  if (!contents[2].empty() || !paths[2].empty()) RETURN_IF_ERROR(ReadCertificates(paths[2], contents[2]).status());
  WarnOfDates(paths[0], certificate.get());
  return std::make_shared<const TlsFiles>(TlsFiles{contents[0], contents[1], contents[2]});
}

}  // namespace eager::server
