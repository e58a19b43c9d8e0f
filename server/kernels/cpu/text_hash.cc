#include "server/kernels/cpu/text_hash.h"

#include <bit>
#include <cstring>
#include <utility>

namespace eager::server {
namespace {

constexpr uint64_t kK0 = 0xc3a5c85c97cb3127u, kK1 = 0xb492b66fbe98f273u, kK2 = 0x9ae16a3b2f90404fu;

uint64_t Fetch64(const char* p) {
  uint64_t x;
  std::memcpy(&x, p, sizeof(x));
  return x;
}
uint64_t Fetch32(const char* p) {
  uint32_t x;
  std::memcpy(&x, p, sizeof(x));
  return x;
}
uint64_t Rotate(uint64_t x, int shift) { return std::rotr(x, shift); }
uint64_t ShiftMix(uint64_t x) { return x ^ (x >> 47); }

uint64_t HashLen16(uint64_t u, uint64_t v, uint64_t mul) {
  uint64_t a = (u ^ v) * mul;
  a ^= a >> 47;
  uint64_t b = (v ^ a) * mul;
  b ^= b >> 47;
  return b * mul;
}

uint64_t HashLen0to16(const char* s, size_t n) {
  if (n >= 8) {
    const uint64_t mul = kK2 + n * 2, a = Fetch64(s) + kK2, b = Fetch64(s + n - 8);
    const uint64_t c = Rotate(b, 37) * mul + a, d = (Rotate(a, 25) + b) * mul;
    return HashLen16(c, d, mul);
  }
  if (n >= 4) return HashLen16(n + (Fetch32(s) << 3), Fetch32(s + n - 4), kK2 + n * 2);
  if (n == 0) return kK2;
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<uint8_t>(s[i])); };
  const uint32_t y = byte(0) + (byte(n >> 1) << 8), z = static_cast<uint32_t>(n) + (byte(n - 1) << 2);
  return ShiftMix(y * kK2 ^ z * kK0) * kK2;
}

uint64_t HashLen17to32(const char* s, size_t n) {
  const uint64_t mul = kK2 + n * 2, a = Fetch64(s) * kK1, b = Fetch64(s + 8), c = Fetch64(s + n - 8) * mul,
                 d = Fetch64(s + n - 16) * kK2;
  return HashLen16(Rotate(a + b, 43) + Rotate(c, 30) + d, a + Rotate(b + kK2, 18) + c, mul);
}

uint64_t HashLen33to64(const char* s, size_t n) {
  const uint64_t mul = kK2 + n * 2, a = Fetch64(s) * kK2, b = Fetch64(s + 8), c = Fetch64(s + n - 8) * mul,
                 d = Fetch64(s + n - 16) * kK2;
  const uint64_t y = Rotate(a + b, 43) + Rotate(c, 30) + d, z = HashLen16(y, a + Rotate(b + kK2, 18) + c, mul);
  const uint64_t e = Fetch64(s + 16) * mul, f = Fetch64(s + 24), g = (y + Fetch64(s + n - 32)) * mul,
                 h = (z + Fetch64(s + n - 24)) * mul;
  return HashLen16(Rotate(e + f, 43) + Rotate(g, 30) + h, e + Rotate(f + a, 18) + g, mul);
}

using Pair = std::pair<uint64_t, uint64_t>;

Pair WeakHashLen32(const char* s, uint64_t a, uint64_t b) {
  const uint64_t w = Fetch64(s), x = Fetch64(s + 8), y = Fetch64(s + 16), z = Fetch64(s + 24);
  a += w;
  b = Rotate(b + a + z, 21);
  const uint64_t c = a;
  a += x + y;
  b += Rotate(a, 44);
  return {a + z, b + c};
}

}  // namespace

uint64_t FarmFingerprint64(absl::string_view text) {
  const char* s = text.data();
  const size_t n = text.size();
  if (n <= 16) return HashLen0to16(s, n);
  if (n <= 32) return HashLen17to32(s, n);
  if (n <= 64) return HashLen33to64(s, n);
  constexpr uint64_t kSeed = 81;
  uint64_t x = kSeed, y = kSeed * kK1 + 113, z = ShiftMix(y * kK2 + 113) * kK2;
  Pair v{0, 0}, w{0, 0};
  x = x * kK2 + Fetch64(s);
  const char* const end = s + (n - 1) / 64 * 64;
  const char* const last = end + ((n - 1) & 63) - 63;
  do {
    x = Rotate(x + y + v.first + Fetch64(s + 8), 37) * kK1;
    y = Rotate(y + v.second + Fetch64(s + 48), 42) * kK1;
    x ^= w.second;
    y += v.first + Fetch64(s + 40);
    z = Rotate(z + w.first, 33) * kK1;
    v = WeakHashLen32(s, v.second * kK1, x + w.first);
    w = WeakHashLen32(s + 32, z + w.second, y + Fetch64(s + 16));
    std::swap(z, x);
    s += 64;
  } while (s != end);
  const uint64_t mul = kK1 + ((z & 0xff) << 1);
  s = last;
  w.first += (n - 1) & 63;
  v.first += w.first;
  w.first += v.first;
  x = Rotate(x + y + v.first + Fetch64(s + 8), 37) * mul;
  y = Rotate(y + v.second + Fetch64(s + 48), 42) * mul;
  x ^= w.second * 9;
  y += v.first * 9 + Fetch64(s + 40);
  z = Rotate(z + w.first, 33) * mul;
  v = WeakHashLen32(s, v.second * mul, x + w.first);
  w = WeakHashLen32(s + 32, z + w.second, y + Fetch64(s + 16));
  std::swap(z, x);
  return HashLen16(HashLen16(v.first, w.first, mul) + ShiftMix(y) * kK0 + z, HashLen16(v.second, w.second, mul) + x, mul);
}

uint64_t SipHash(uint64_t k0, uint64_t k1, absl::string_view text) {
  uint64_t v0 = 0x736f6d6570736575u ^ k0, v1 = 0x646f72616e646f6du ^ k1, v2 = 0x6c7967656e657261u ^ k0,
           v3 = 0x7465646279746573u ^ k1;
  const auto round = [&] {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  };
  const auto add = [&](uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  };
  size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) add(Fetch64(text.data() + at));
  uint64_t rest = static_cast<uint64_t>(text.size()) << 56;
  for (size_t i = at; i < text.size(); ++i) rest |= static_cast<uint64_t>(static_cast<uint8_t>(text[i])) << (8 * (i - at));
  add(rest);
  v2 ^= 0xff;
  for (int i = 0; i < 4; ++i) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

}  // namespace eager::server
