// The hashes of strings that TensorFlow's buckets are made of.
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace eager::server {

// FarmHash's Fingerprint64, which never changes. Source: github.com/google/farmhash, farmhashna.
uint64_t FarmFingerprint64(absl::string_view text);

// SipHash-2-4 by the key (k0, k1). Source: Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012).
uint64_t SipHash(uint64_t k0, uint64_t k1, absl::string_view text);

}  // namespace eager::server
