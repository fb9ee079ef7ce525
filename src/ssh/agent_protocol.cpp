#include "ssh/agent_protocol.hpp"

#include <fmt/format.h>

#include "ssh/packet_reader.hpp"

namespace sluice::ssh::agent {
namespace {

enum class Message : std::uint8_t {
  failure = 5,
  request_identities = 11,
  identities = 12,
  sign_request = 13,
  sign_response = 14,
};

constexpr std::size_t most_identities = 2048;
constexpr const char* what = "the agent's answer";

void append_number(std::string& out, std::size_t value) {
  for (unsigned shift = 32; shift > 0;) {
    shift -= 8;
    out += static_cast<char>(value >> shift & 0xffU);
  }
}

void append_string(std::string& out, std::string_view text) {
  append_number(out, text.size());
  out += text;
}

std::string with_length(std::string_view message) {
  std::string whole;
  append_string(whole, message);
  return whole;
}

void expect(PacketReader& reader, Message wanted) {
  const auto type = static_cast<Message>(reader.byte());
  if (type == wanted) return;
  if (type == Message::failure)
    throw Error(ErrorCode::unauthenticated, "ask", "the SSH agent", "it refused");
  throw Error(ErrorCode::protocol, "read", what,
              fmt::format("it is of type {}", static_cast<unsigned>(type)));
}

}  // namespace

std::string request_identities() {
  return with_length(std::string(1, static_cast<char>(Message::request_identities)));
}

std::string request_signature(std::string_view blob, std::string_view data, SignFlags flags) {
  std::string message(1, static_cast<char>(Message::sign_request));
  append_string(message, blob);
  append_string(message, data);
  append_number(message, static_cast<std::uint32_t>(flags));
  return with_length(message);
}

std::size_t message_length(std::string_view four_bytes) {
  PacketReader reader(four_bytes, what);
  const std::size_t length = reader.number();
  if (length == 0 || length > longest_message)
    throw Error(ErrorCode::protocol, "read", what, "its length cannot be");
  return length;
}

std::vector<Identity> parse_identities(std::string_view message) {
  PacketReader reader(message, what);
  expect(reader, Message::identities);
  const std::uint32_t count = reader.number();
  if (count > most_identities)
    throw Error(ErrorCode::protocol, "read", what, "it has too many keys");
  std::vector<Identity> identities;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string_view blob = reader.string();
    const std::string_view comment = reader.string();
    identities.push_back({.blob = std::string(blob), .comment = std::string(comment)});
  }
  return identities;
}

Signature parse_signature(std::string_view message) {
  PacketReader reader(message, what);
  expect(reader, Message::sign_response);
  PacketReader inner(reader.string(), what);
  const std::string_view format = inner.string();
  const std::string_view blob = inner.string();
  return {.format = std::string(format), .blob = std::string(blob)};
}

std::string_view wanted_algorithm(std::string_view to_be_signed) {
  PacketReader reader(to_be_signed, "what is to be signed");
  reader.string();  // the session's identifier
  reader.byte();    // SSH_MSG_USERAUTH_REQUEST
  reader.string();  // the user
  reader.string();  // the service
  reader.string();  // "publickey"
  reader.byte();    // true: with a signature
  return reader.string();
}

SignFlags flags_for(std::string_view algorithm) {
  if (algorithm.starts_with("rsa-sha2-256")) return SignFlags::rsa_sha2_256;
  if (algorithm.starts_with("rsa-sha2-512")) return SignFlags::rsa_sha2_512;
  return SignFlags::none;
}

}  // namespace sluice::ssh::agent
