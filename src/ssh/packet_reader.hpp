#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"

namespace sluice::ssh {

/// Takes the values of RFC 4251 section 5 from the front of bytes that somebody else wrote. What it
/// returns points into them. Throws Error{protocol} naming `what` where they end too soon.
class PacketReader {
 public:
  PacketReader(std::string_view bytes, const char* what) : rest_(bytes), what_(what) {}

  bool empty() const { return rest_.empty(); }
  std::size_t left() const { return rest_.size(); }
  std::string_view take(std::size_t count) {
    if (count > rest_.size())
      throw Error(ErrorCode::protocol, "read", what_, "it ends before it is complete");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1).front()); }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (const char c : take(4))
      value = value << 8U | static_cast<std::uint8_t>(c);
    return value;
  }
  std::string_view string() {
    const std::uint32_t size = number();
    return take(size);
  }

 private:
  std::string_view rest_;
  const char* what_;
};

}  // namespace sluice::ssh
