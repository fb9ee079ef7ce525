#include "sluice/sftp/replies.hpp"

#include "sftp/wire.hpp"
#include "sluice/core/error.hpp"

namespace sluice::sftp {
namespace {

constexpr std::size_t length_bytes = 4;
// The least that an entry of a NAME takes: two empty strings, no attributes.
constexpr std::size_t least_entry = 12;

[[noreturn]] void refuse(const char* reason) {
  throw Error(ErrorCode::protocol, "reading an SFTP reply", "", reason);
}

bool is_known(std::uint8_t type) {
  switch (static_cast<ReplyType>(type)) {
    case ReplyType::version:
    case ReplyType::status:
    case ReplyType::handle:
    case ReplyType::data:
    case ReplyType::name:
    case ReplyType::attributes:
    case ReplyType::extended:
      return true;
  }
  return false;
}

/// The length of the packet that begins here; its type must be there, too.
std::size_t checked_length(Bytes bytes) {
  const std::size_t length = u32_at(bytes, 0);
  if (length < 5) refuse("a packet is too short to be one");
  if (length > longest_packet) refuse("a packet is longer than 512 KiB");
  if (!is_known(static_cast<std::uint8_t>(bytes[length_bytes])))
    refuse("a packet has a type that no reply has");
  return length;
}

}  // namespace

bool Version::offers(std::string_view name, std::string_view version) const {
  const auto found = extensions.find(name);
  return found != extensions.end() && found->second == version;
}

std::optional<Found> find_packet(Bytes bytes) {
  if (bytes.size() < length_bytes + 1) return std::nullopt;
  const std::size_t whole = length_bytes + checked_length(bytes);
  if (bytes.size() < whole) return std::nullopt;
  Found found;
  found.taken = whole;
  found.packet.type = static_cast<ReplyType>(bytes[length_bytes]);
  if (found.packet.type == ReplyType::version) {
    found.packet.payload = bytes.subspan(length_bytes + 1, whole - length_bytes - 1);
  } else {
    if (whole < packet_head) refuse("a packet is too short to be one");
    found.packet.id = u32_at(bytes, length_bytes + 1);
    found.packet.payload = bytes.subspan(packet_head, whole - packet_head);
  }
  return found;
}

Version parse_version(Bytes payload) {
  WireReader reader(payload);
  Version version;
  version.number = reader.u32();
  while (!reader.ended()) {
    const std::string name(reader.text());
    version.extensions[name] = reader.text();
  }
  return version;
}

Status parse_status(Bytes payload) {
  WireReader reader(payload);
  Status status;
  status.code = static_cast<StatusCode>(reader.u32());
  // Servers of older drafts leave the words out.
  if (!reader.ended()) status.message = reader.text();
  return status;
}

std::string parse_handle(Bytes payload) {
  constexpr std::size_t longest_handle = 256;  // the draft's own limit
  WireReader reader(payload);
  std::string handle(reader.text());
  reader.end();
  if (handle.size() > longest_handle) refuse("a handle is longer than 256 bytes");
  return handle;
}

Bytes parse_data(Bytes payload) {
  WireReader reader(payload);
  const Bytes data = reader.string();
  reader.end();
  return data;
}

std::vector<Entry> parse_names(Bytes payload) {
  WireReader reader(payload);
  const std::uint32_t count = reader.u32();
  if (count > reader.left() / least_entry) refuse("it promises more names than it can hold");
  std::vector<Entry> entries;
  entries.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Entry& entry = entries.emplace_back();
    entry.name = reader.text();
    reader.text();  // the line that "ls -l" would show
    entry.attributes = reader.attributes();
  }
  return entries;
}

Attributes parse_attributes(Bytes payload) {
  WireReader reader(payload);
  Attributes attributes = reader.attributes();
  reader.end();
  return attributes;
}

Space parse_space(Bytes payload) {
  WireReader reader(payload);
  reader.u64();  // the size of a block that is quick to write
  const std::uint64_t block = reader.u64();
  reader.u64();  // all blocks
  reader.u64();  // free ones
  const std::uint64_t blocks = reader.u64();
  const std::uint64_t files = reader.u64();
  reader.u64();  // free ones
  Space space;
  space.no_files_left = reader.u64() == 0 && files > 0;
  const bool fits = block == 0 || blocks <= UINT64_MAX / block;
  space.bytes = fits ? block * blocks : UINT64_MAX;
  return space;
}

Limits parse_limits(Bytes payload) {
  WireReader reader(payload);
  Limits limits;
  limits.packet = reader.u64();
  limits.read = reader.u64();
  limits.write = reader.u64();
  limits.handles = reader.u64();
  return limits;
}

}  // namespace sluice::sftp
