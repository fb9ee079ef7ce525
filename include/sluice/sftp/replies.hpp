#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/core/bytes.hpp"
#include "sluice/sftp/model.hpp"

namespace sluice::sftp {

enum class ReplyType : std::uint8_t {
  version = 2,
  status = 101,
  handle = 102,
  data = 103,
  name = 104,
  attributes = 105,
  extended = 201,
};

/// One reply as it came; refers to the bytes it was found in.
struct Packet {
  ReplyType type = ReplyType::status;
  std::uint32_t id = 0;  ///< 0 for a VERSION, which has none.
  Bytes payload;         ///< What follows the id.
};

/// What a server may make us hold: a packet longer than this is an error. OpenSSH sends up to
/// 256 KiB.
inline constexpr std::size_t longest_packet = 512 * 1024;
/// Bytes of the length, type and id of a packet.
inline constexpr std::size_t packet_head = 9;

/// The first packet in `bytes`, if all of it is there, and how many bytes it took. Throws
/// Error{protocol} for a length or type that cannot be.
struct Found {
  Packet packet;
  std::size_t taken = 0;
};
std::optional<Found> find_packet(Bytes bytes);

// Each takes the payload of a packet of its type apart. Throws Error{protocol}: too short, too
// long, a string that reaches beyond the end.
Version parse_version(Bytes payload);
Status parse_status(Bytes payload);
std::string parse_handle(Bytes payload);
Bytes parse_data(Bytes payload);  ///< Refers to `payload`.
std::vector<Entry> parse_names(Bytes payload);
Attributes parse_attributes(Bytes payload);
Limits parse_limits(Bytes payload);  ///< Of an EXTENDED_REPLY.
Space parse_space(Bytes payload);    ///< The same, to statvfs@openssh.com.

}  // namespace sluice::sftp
