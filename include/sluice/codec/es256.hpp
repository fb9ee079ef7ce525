#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

/// A private key for ES256: ECDSA over P-256 with SHA-256 (RFC 7518 section 3.4). Callable from any
/// thread, one at a time.
class Es256Key {
 public:
  using Coordinate = std::array<std::byte, 32>;  ///< Big-endian.

  /// Reads PEM (SEC 1 or PKCS #8, not encrypted). Throws Error{protocol} naming `subject` for
  /// anything else, also for a key on another curve; the text is not quoted.
  Es256Key(std::string_view pem, const std::string& subject);
  ~Es256Key();
  Es256Key(Es256Key&&) noexcept;
  Es256Key& operator=(Es256Key&&) noexcept;

  const Coordinate& x() const;
  const Coordinate& y() const;
  /// r and s, 32 bytes each; another signature each time.
  std::array<std::byte, 64> sign(Bytes message) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::codec
