#include "ssh/agent_protocol.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "sluice/core/error.hpp"

namespace sluice::ssh::agent {
namespace {

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

std::string text(std::string_view value) {
  return std::string(3, '\0') + static_cast<char>(value.size()) + std::string(value);
}

template <class F>
std::optional<ErrorCode> code_of(F call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("requests to the agent are framed") {
  CHECK(request_identities() == "\0\0\0\x01\x0b"sv);
  CHECK(request_signature("key", "data", SignFlags::rsa_sha2_512) ==
        "\0\0\0\x14\x0d\0\0\0\x03key\0\0\0\x04"
        "data\0\0\0\x04"sv);
}

TEST_CASE("the agent's keys") {
  const std::string answer =
      "\x0c\0\0\0\x02"s + text("k1") + text("me@host") + text("k2") + text("");
  const auto identities = parse_identities(answer);
  REQUIRE(identities.size() == 2);
  CHECK(identities[0].blob == "k1");
  CHECK(identities[0].comment == "me@host");
  CHECK(identities[1].blob == "k2");
  CHECK(parse_identities("\x0c\0\0\0\0"sv).empty());
}

TEST_CASE("a signature is taken out of its two strings") {
  const auto signature = parse_signature("\x0e" + text(text("ssh-ed25519") + text("bytes")));
  CHECK(signature.format == "ssh-ed25519");
  CHECK(signature.blob == "bytes");
}

TEST_CASE("an agent that refuses, or speaks nonsense") {
  CHECK(code_of([] { parse_signature("\x05"); }) == ErrorCode::unauthenticated);
  CHECK(code_of([] { parse_identities("\x05"); }) == ErrorCode::unauthenticated);
  CHECK(code_of([] { parse_identities(""); }) == ErrorCode::protocol);
  CHECK(code_of([] { parse_identities("\x0e"); }) == ErrorCode::protocol);
  CHECK(code_of([] { parse_identities("\x0c\xff\xff\xff\xff"sv); }) == ErrorCode::protocol);
  CHECK(code_of([] { parse_identities("\x0c\0\0\0\x01\0\0\0\x09k"sv); }) == ErrorCode::protocol);
  CHECK(code_of([] { parse_signature("\x0e\0\0\0\x04\0\0\0\x09"sv); }) == ErrorCode::protocol);
  CHECK(message_length("\0\x04\0\0"sv) == longest_message);
  CHECK(code_of([] { message_length("\0\x04\0\x01"sv); }) == ErrorCode::protocol);
  CHECK(code_of([] { message_length("\0\0\0\0"sv); }) == ErrorCode::protocol);
}

TEST_CASE("what is to be signed names the algorithm that the agent is asked for") {
  const auto request = [](std::string_view algorithm) {
    return text("session") + "\x32" + text("me") + text("ssh-connection") + text("publickey") +
           "\x01" + text(algorithm) + text("blob");
  };
  CHECK(wanted_algorithm(request("rsa-sha2-256")) == "rsa-sha2-256");
  CHECK(flags_for("rsa-sha2-256") == SignFlags::rsa_sha2_256);
  CHECK(flags_for("rsa-sha2-512") == SignFlags::rsa_sha2_512);
  CHECK(flags_for("ssh-ed25519") == SignFlags::none);
  CHECK(code_of([] { wanted_algorithm("\0\0"sv); }) == ErrorCode::protocol);
}

}  // namespace sluice::ssh::agent
