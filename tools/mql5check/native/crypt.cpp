// CryptEncode and CryptDecode: SHA-256 and Base64; other methods end in error 4021, as an unsupported one does.

#include "runtime.hpp"

namespace mql {

using namespace inner;

namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t turn(uint32_t value, int by) { return value >> by | value << (32 - by); }

Bytes sha256(Bytes data) {
  uint32_t sum[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint64_t bits = data.size() * 8;
  data.push_back(0x80);
  while (data.size() % 64 != 56) data.push_back(0);
  for (int shift = 56; shift >= 0; shift -= 8) data.push_back(static_cast<uint8_t>(bits >> shift));
  for (size_t block = 0; block < data.size(); block += 64) {
    uint32_t w[64];
    for (size_t i = 0; i < 16; i++)
      w[i] = static_cast<uint32_t>(data[block + 4 * i]) << 24 | static_cast<uint32_t>(data[block + 4 * i + 1]) << 16 |
             static_cast<uint32_t>(data[block + 4 * i + 2]) << 8 | data[block + 4 * i + 3];
    for (size_t i = 16; i < 64; i++) {
      uint32_t low = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3, high = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
      w[i] = w[i - 16] + low + w[i - 7] + high;
    }
    uint32_t v[8];
    std::memcpy(v, sum, sizeof v);
    for (size_t i = 0; i < 64; i++) {
      uint32_t first = v[7] + (turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)) + ((v[4] & v[5]) ^ (~v[4] & v[6])) + rounds[i] + w[i];
      uint32_t second = (turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)) + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      for (int k = 7; k > 0; k--) v[k] = v[k - 1];
      v[4] += first;
      v[0] = first + second;
    }
    for (int k = 0; k < 8; k++) sum[k] += v[k];
  }
  Bytes out;
  for (uint32_t word : sum)
    for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<uint8_t>(word >> shift));
  return out;
}

constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

Bytes to_base64(const Bytes &data) {
  Bytes out;
  for (size_t i = 0; i < data.size(); i += 3) {
    uint32_t group = static_cast<uint32_t>(data[i]) << 16;
    if (i + 1 < data.size()) group |= static_cast<uint32_t>(data[i + 1]) << 8;
    if (i + 2 < data.size()) group |= data[i + 2];
    for (size_t k = 0; k < 4; k++)
      out.push_back(i + k > data.size() ? '=' : static_cast<uint8_t>(letters[group >> (18 - 6 * k) & 63]));
  }
  return out;
}
bool from_base64(const Bytes &text, Bytes &out) {
  uint32_t group = 0;
  int bits = 0;
  for (uint8_t byte : text) {
    if (byte == '=' || byte == 0) break;
    const char *found = std::strchr(letters, byte);
    if (found == nullptr) return false;
    group = group << 6 | static_cast<uint32_t>(found - letters);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<uint8_t>(group >> bits));
    }
  }
  return true;
}

Bytes taken_from(const Array<uchar> &data) {
  Bytes bytes;
  for (int i = 0; i < data.size(); i++) bytes.push_back(data.seen(i));
  return bytes;
}
int given_to(const Bytes &bytes, Array<uchar> &result, Where at) {
  if (result.fixed() && result.size() < static_cast<int>(bytes.size())) return 0;
  if (!result.fixed()) result.resize(static_cast<long>(bytes.size()), 0, at);
  for (size_t i = 0; i < bytes.size(); i++) result.seen(static_cast<long>(i)) = bytes[i];
  return static_cast<int>(bytes.size());
}
int refused(int code) {
  set_error(code);
  return 0;
}

}  // namespace

int CryptEncode(ENUM_CRYPT_METHOD method, const Array<uchar> &data, const Array<uchar> &, Array<uchar> &result, Where at) {
  if (faulted("CryptEncode", "")) return 0;
  // The terminal refuses to make anything of nothing.
  if (data.size() == 0) return refused(4003);
  if (method == CRYPT_HASH_SHA256) return given_to(sha256(taken_from(data)), result, at);
  if (method == CRYPT_BASE64) return given_to(to_base64(taken_from(data)), result, at);
  return refused(4021);
}
int CryptDecode(ENUM_CRYPT_METHOD method, const Array<uchar> &data, const Array<uchar> &, Array<uchar> &result, Where at) {
  Bytes out;
  if (faulted("CryptDecode", "") || data.size() == 0) return 0;
  if (method != CRYPT_BASE64 || !from_base64(taken_from(data), out)) return refused(4021);
  return given_to(out, result, at);
}

}  // namespace mql
