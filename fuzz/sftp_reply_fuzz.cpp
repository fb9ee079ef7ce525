#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "sluice/core/error.hpp"
#include "sluice/sftp/replies.hpp"

namespace {

using namespace sluice;

void check(bool holds) {
  if (!holds) std::abort();
}

void parse(const sftp::Packet& packet) {
  switch (packet.type) {
    case sftp::ReplyType::version:
      sftp::parse_version(packet.payload);
      break;
    case sftp::ReplyType::status:
      sftp::parse_status(packet.payload);
      break;
    case sftp::ReplyType::handle:
      check(sftp::parse_handle(packet.payload).size() <= packet.payload.size());
      break;
    case sftp::ReplyType::data:
      check(sftp::parse_data(packet.payload).size() + 4 == packet.payload.size());
      break;
    case sftp::ReplyType::name:
      check(sftp::parse_names(packet.payload).size() <= packet.payload.size() / 12);
      break;
    case sftp::ReplyType::attributes:
      sftp::parse_attributes(packet.payload);
      break;
    case sftp::ReplyType::extended:
      sftp::parse_limits(packet.payload);
      sftp::parse_space(packet.payload);
      break;
  }
}

}  // namespace

/// A server's bytes: packets are found one after the other, whole or not at all, and taken apart.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes rest(reinterpret_cast<const std::byte*>(data), size);
  try {
    while (const auto found = sftp::find_packet(rest)) {
      check(found->taken <= rest.size() && found->taken > 4);
      check(!sftp::find_packet(rest.first(found->taken - 1)));
      try {
        parse(found->packet);
      } catch (const Error& error) {
        check(error.code() == ErrorCode::protocol);
      }
      rest = rest.subspan(found->taken);
    }
  } catch (const Error& error) {
    check(error.code() == ErrorCode::protocol);
  }
  return 0;
}
