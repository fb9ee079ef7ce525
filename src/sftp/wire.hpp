#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sluice/core/bytes.hpp"
#include "sluice/sftp/model.hpp"

/// SSH's data types (RFC 4251 section 5), most significant byte first. Pure.
namespace sluice::sftp {

inline void put_u8(std::vector<std::byte>& out, std::uint8_t value) {
  out.push_back(static_cast<std::byte>(value));
}
void put_u32(std::vector<std::byte>& out, std::uint32_t value);
void put_u64(std::vector<std::byte>& out, std::uint64_t value);
void put_string(std::vector<std::byte>& out, std::string_view text);
void put_attributes(std::vector<std::byte>& out, const Attributes& attributes);

std::uint32_t u32_at(Bytes bytes, std::size_t at);  ///< Four bytes must be there.

/// Takes a payload apart from its beginning. Throws Error{protocol} where it is too short.
class WireReader {
 public:
  explicit WireReader(Bytes payload) : rest_(payload) {}

  std::uint32_t u32();
  std::uint64_t u64();
  Bytes string();  ///< Refers to the payload.
  std::string_view text() { return as_text(string()); }
  Attributes attributes();
  bool ended() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  /// Nothing may be left.
  void end() const;

 private:
  Bytes take(std::size_t count);
  Bytes rest_;
};

}  // namespace sluice::sftp
