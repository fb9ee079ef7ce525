#include "sftp/wire.hpp"

#include "sluice/core/error.hpp"

namespace sluice::sftp {
namespace {

constexpr std::uint32_t has_size = 0x1, has_owner = 0x2, has_permissions = 0x4, has_times = 0x8,
                        has_extended = 0x80000000;

[[noreturn]] void refuse(const char* reason) {
  throw Error(ErrorCode::protocol, "reading an SFTP reply", "", reason);
}

}  // namespace

void put_u32(std::vector<std::byte>& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<std::byte>(value >> shift));
}

void put_u64(std::vector<std::byte>& out, std::uint64_t value) {
  put_u32(out, static_cast<std::uint32_t>(value >> 32U));
  put_u32(out, static_cast<std::uint32_t>(value));
}

void put_string(std::vector<std::byte>& out, std::string_view text) {
  put_u32(out, static_cast<std::uint32_t>(text.size()));
  const Bytes bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

void put_attributes(std::vector<std::byte>& out, const Attributes& attributes) {
  std::uint32_t flags = 0;
  if (attributes.size) flags |= has_size;
  if (attributes.owner) flags |= has_owner;
  if (attributes.permissions) flags |= has_permissions;
  if (attributes.times) flags |= has_times;
  put_u32(out, flags);
  if (attributes.size) put_u64(out, *attributes.size);
  if (attributes.owner) {
    put_u32(out, attributes.owner->uid);
    put_u32(out, attributes.owner->gid);
  }
  if (attributes.permissions) put_u32(out, *attributes.permissions);
  if (attributes.times) {
    put_u32(out, attributes.times->accessed);
    put_u32(out, attributes.times->modified);
  }
}

std::uint32_t u32_at(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8U | static_cast<std::uint32_t>(bytes[at + i]);
  return value;
}

Bytes WireReader::take(std::size_t count) {
  if (rest_.size() < count) refuse("it is too short");
  const Bytes taken = rest_.first(count);
  rest_ = rest_.subspan(count);
  return taken;
}

std::uint32_t WireReader::u32() {
  return u32_at(take(4), 0);
}

std::uint64_t WireReader::u64() {
  const std::uint64_t high = u32();
  return high << 32U | u32();
}

Bytes WireReader::string() {
  const std::uint32_t length = u32();
  return take(length);
}

Attributes WireReader::attributes() {
  const std::uint32_t flags = u32();
  if ((flags & ~(has_size | has_owner | has_permissions | has_times | has_extended)) != 0)
    refuse("its attributes have flags that version 3 does not know");
  Attributes read;
  if ((flags & has_size) != 0) read.size = u64();
  if ((flags & has_owner) != 0) {
    const std::uint32_t uid = u32();
    read.owner = Owner{uid, u32()};
  }
  if ((flags & has_permissions) != 0) read.permissions = u32();
  if ((flags & has_times) != 0) {
    const std::uint32_t accessed = u32();
    read.times = Times{accessed, u32()};
  }
  if ((flags & has_extended) != 0) {
    for (std::uint32_t count = u32(); count > 0; --count) {
      string();
      string();
    }
  }
  return read;
}

void WireReader::end() const {
  if (!rest_.empty()) refuse("it is too long");
}

}  // namespace sluice::sftp
