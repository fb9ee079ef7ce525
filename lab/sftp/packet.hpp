#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/bytes.hpp"

/// A server's side of SFTP's packets; written without a look at the client's.
namespace sluice::lab {

/// Takes a request apart; a request that is too short ends the connection (Error{protocol}).
class RequestReader {
 public:
  explicit RequestReader(Bytes bytes) : rest_(bytes) {}
  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::string_view text();
  bool ended() const { return rest_.empty(); }

 private:
  Bytes take(std::size_t count);
  Bytes rest_;
};

/// A reply without its length.
class Reply {
 public:
  Reply(std::uint8_t type, std::uint32_t id);
  Reply& u32(std::uint32_t value);
  Reply& u64(std::uint64_t value);
  Reply& text(std::string_view value);
  std::string bytes;
};

}  // namespace sluice::lab
