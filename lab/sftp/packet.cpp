#include "sftp/packet.hpp"

#include "sluice/core/error.hpp"

namespace sluice::lab {

Bytes RequestReader::take(std::size_t count) {
  if (rest_.size() < count)
    throw Error(ErrorCode::protocol, "read request", "", "the packet is too short");
  const Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::uint8_t RequestReader::u8() {
  return static_cast<std::uint8_t>(take(1)[0]);
}

std::uint32_t RequestReader::u32() {
  std::uint32_t value = 0;
  for (const std::byte one : take(4))
    value = value * 256 + static_cast<std::uint32_t>(one);
  return value;
}

std::uint64_t RequestReader::u64() {
  const std::uint64_t high = u32();
  return high * 0x100000000 + u32();
}

std::string_view RequestReader::text() {
  const std::uint32_t length = u32();
  return as_text(take(length));
}

Reply::Reply(std::uint8_t type, std::uint32_t id) {
  bytes += static_cast<char>(type);
  u32(id);
}

Reply& Reply::u32(std::uint32_t value) {
  for (int i = 3; i >= 0; --i)
    bytes += static_cast<char>(value / (1U << (8U * static_cast<unsigned>(i))) % 256);
  return *this;
}

Reply& Reply::u64(std::uint64_t value) {
  u32(static_cast<std::uint32_t>(value / 0x100000000));
  return u32(static_cast<std::uint32_t>(value % 0x100000000));
}

Reply& Reply::text(std::string_view value) {
  u32(static_cast<std::uint32_t>(value.size()));
  bytes += value;
  return *this;
}

}  // namespace sluice::lab
