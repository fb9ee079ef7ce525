#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

using Sha256Digest = std::array<std::byte, 32>;
using Sha1Digest = std::array<std::byte, 20>;
using Md5Digest = std::array<std::byte, 16>;

// All throw Error{unsupported} if the OpenSSL at hand lacks the algorithm (MD5 under FIPS).
// Callable from any thread.
Sha256Digest sha256(Bytes bytes);
Sha1Digest sha1(Bytes bytes);
Md5Digest md5(Bytes bytes);
/// FIPS 198-1.
Sha256Digest hmac_sha256(Bytes key, Bytes bytes);
Sha1Digest hmac_sha1(Bytes key, Bytes bytes);

enum class HashKind : std::uint8_t { sha256, sha1, md5 };

/// A hash over bytes that arrive in pieces (OpenSSL EVP). Movable; reusable after reset(). Belongs
/// to one thread at a time.
class Hasher {
 public:
  explicit Hasher(HashKind kind);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;

  void update(Bytes bytes);
  std::string finish();  ///< The raw digest; the object must be reset before further use.
  void reset();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::codec
