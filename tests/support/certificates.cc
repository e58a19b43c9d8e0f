#include "tests/support/certificates.h"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <random>

namespace eager::testing {
namespace {

std::string Text(BIO* bio) {
  char* data = nullptr;
  const long n = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<size_t>(n));
  BIO_free(bio);
  return text;
}

std::string Pem(X509* certificate) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  return Text(bio);
}

std::string Pem(EVP_PKEY* key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  return Text(bio);
}

std::shared_ptr<EVP_PKEY> NewKey() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

void Extend(X509* certificate, X509* issuer, int extension, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension, value.c_str());
  EXPECT_NE(made, nullptr) << value;
  X509_add_ext(certificate, made, -1);
  X509_EXTENSION_free(made);
}

// Not signed yet.
std::shared_ptr<X509> NewCertificate(EVP_PKEY* key, const CertificateOptions& options) {
  std::shared_ptr<X509> made(X509_new(), &X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), static_cast<long>(std::random_device()() >> 2));
  X509_gmtime_adj(X509_getm_notBefore(made.get()), options.from_hours * 3600L);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), options.to_hours * 3600L);
  X509_set_pubkey(made.get(), key);
  if (!options.common_name.empty()) {
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(options.common_name.c_str()), -1, -1, 0);
  }
  return made;
}

}  // namespace

CertificateAuthority::CertificateAuthority()
    : key_(NewKey()), certificate_(NewCertificate(key_.get(), {.common_name = "A test's authority"})) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  Extend(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  EXPECT_GT(X509_sign(certificate_.get(), key_.get(), EVP_sha256()), 0);
  pem_ = Pem(certificate_.get());
}

PemPair CertificateAuthority::Issue(const CertificateOptions& options) const {
  const std::shared_ptr<EVP_PKEY> key = NewKey();
  const std::shared_ptr<X509> made = NewCertificate(key.get(), options);
  X509_set_issuer_name(made.get(), X509_get_subject_name(certificate_.get()));
  Extend(made.get(), certificate_.get(), NID_subject_alt_name, options.alternative_names);
  EXPECT_GT(X509_sign(made.get(), key_.get(), EVP_sha256()), 0);
  return {Pem(made.get()), Pem(key.get())};
}

}  // namespace eager::testing
