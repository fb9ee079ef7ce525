#include "sluice/sftp/answers.hpp"

#include <fmt/format.h>

#include "sluice/core/redaction.hpp"

namespace sluice::sftp {
namespace {

constexpr std::size_t longest_words = 400;

ErrorCode code_of(StatusCode code) {
  switch (code) {
    case StatusCode::no_such_file:
      return ErrorCode::not_found;
    case StatusCode::permission_denied:
      return ErrorCode::permission_denied;
    case StatusCode::bad_message:
      return ErrorCode::invalid_input;
    case StatusCode::no_connection:
    case StatusCode::connection_lost:
      return ErrorCode::network;
    case StatusCode::unsupported:
      return ErrorCode::unsupported;
    case StatusCode::ok:
    case StatusCode::end_of_file:
      return ErrorCode::protocol;
    case StatusCode::failure:
      break;
  }
  return ErrorCode::internal;
}

[[noreturn]] void wrong_type(const Asked& asked) {
  throw Error(ErrorCode::protocol, asked.operation, asked.subject,
              "the server's answer has the wrong type");
}

/// Throws for anything but a packet of this type.
void require(const Packet& packet, ReplyType type, const Asked& asked) {
  if (packet.type == type) return;
  if (packet.type != ReplyType::status) wrong_type(asked);
  throw status_error(parse_status(packet.payload), asked);
}

}  // namespace

std::string name_of(StatusCode code) {
  switch (code) {
    case StatusCode::ok:
      return "SSH_FX_OK";
    case StatusCode::end_of_file:
      return "SSH_FX_EOF";
    case StatusCode::no_such_file:
      return "SSH_FX_NO_SUCH_FILE";
    case StatusCode::permission_denied:
      return "SSH_FX_PERMISSION_DENIED";
    case StatusCode::failure:
      return "SSH_FX_FAILURE";
    case StatusCode::bad_message:
      return "SSH_FX_BAD_MESSAGE";
    case StatusCode::no_connection:
      return "SSH_FX_NO_CONNECTION";
    case StatusCode::connection_lost:
      return "SSH_FX_CONNECTION_LOST";
    case StatusCode::unsupported:
      return "SSH_FX_OP_UNSUPPORTED";
  }
  return fmt::format("status {}", static_cast<std::uint32_t>(code));
}

Error status_error(const Status& status, const Asked& asked) {
  Error error(code_of(status.code), asked.operation, asked.subject,
              one_line(status.message, longest_words));
  error.with_server(name_of(status.code), "");
  return error;
}

Task<Status> expect_status(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  if (packet.type != ReplyType::status) wrong_type(asked);
  co_return parse_status(packet.payload);
}

Task<> expect_ok(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  if (packet.type != ReplyType::status) wrong_type(asked);
  const Status status = parse_status(packet.payload);
  if (status.code != StatusCode::ok) throw status_error(status, asked);
}

Task<std::string> expect_handle(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  require(packet, ReplyType::handle, asked);
  co_return parse_handle(packet.payload);
}

Task<Attributes> expect_attributes(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  require(packet, ReplyType::attributes, asked);
  co_return parse_attributes(packet.payload);
}

Task<std::optional<Attributes>> find_attributes(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  if (packet.type == ReplyType::status) {
    const Status status = parse_status(packet.payload);
    if (status.code == StatusCode::no_such_file) co_return std::nullopt;
    throw status_error(status, asked);
  }
  require(packet, ReplyType::attributes, asked);
  co_return parse_attributes(packet.payload);
}

Task<std::optional<std::vector<Entry>>> expect_names(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  if (packet.type == ReplyType::status) {
    const Status status = parse_status(packet.payload);
    if (status.code == StatusCode::end_of_file) co_return std::nullopt;
    throw status_error(status, asked);
  }
  require(packet, ReplyType::name, asked);
  co_return parse_names(packet.payload);
}

Task<std::string> expect_name(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  require(packet, ReplyType::name, asked);
  std::vector<Entry> names = parse_names(packet.payload);
  if (names.size() != 1)
    throw Error(ErrorCode::protocol, asked.operation, asked.subject,
                "the server's answer should be one name");
  co_return std::move(names.front().name);
}

Task<Space> expect_space(Connection::Pending pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  require(packet, ReplyType::extended, asked);
  co_return parse_space(packet.payload);
}

Task<std::optional<std::size_t>> expect_data(Connection::Pending& pending, Asked asked) {
  const Packet packet = co_await pending.answer();
  if (packet.type == ReplyType::status) {
    const Status status = parse_status(packet.payload);
    if (status.code == StatusCode::end_of_file) co_return std::nullopt;
    throw status_error(status, asked);
  }
  if (packet.type != ReplyType::data) wrong_type(asked);
  co_return pending.filled();
}

}  // namespace sluice::sftp
