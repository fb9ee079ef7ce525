#include "ssh/greeting.hpp"

#include <algorithm>

#include "sluice/core/error.hpp"
#include "ssh/known_hosts.hpp"
#include "ssh/packet_reader.hpp"
#include "ssh/private_key.hpp"

namespace sluice::ssh {
namespace {

constexpr std::size_t longest_before = 4096;

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const auto comma = list.find(',');
    names.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  return names;
}

/// Of the first packet, SSH_MSG_KEXINIT, which is not encrypted.
std::vector<std::string> host_keys_in(std::string_view packet) {
  constexpr std::uint8_t kexinit = 20;
  constexpr std::size_t cookie_size = 16;
  PacketReader outer(packet, "KEXINIT");
  PacketReader reader(outer.string(), "KEXINIT");
  reader.byte();  // how much padding there is
  if (reader.byte() != kexinit) return {};
  reader.take(cookie_size);
  reader.string();  // ways to exchange keys
  return names_in(reader.string());
}

/// Takes the identification and what stands before it; false: it has not all come.
bool take_identification(std::string_view& received, Greeting& greeting) {
  for (;;) {
    const auto end = received.find('\n');
    const std::string_view line = received.substr(0, end);
    const bool whole = end != std::string_view::npos;
    if (line.starts_with("SSH-") && whole) {
      greeting.software = line.substr(0, line.find('\r'));
      received.remove_prefix(end + 1);
      return true;
    }
    if (greeting.before.size() < longest_before) greeting.before += line;
    if (!whole) return false;
    greeting.before += ' ';
    received.remove_prefix(end + 1);
  }
}

/// The host key that a packet brings; "" if it brings none.
std::string_view host_key_in(std::string_view packet) {
  constexpr std::uint8_t reply = 31;        // RFC 4253 section 8, RFC 5656, RFC 8731
  constexpr std::uint8_t group_reply = 33;  // RFC 4419; its 31 brings a group instead
  PacketReader reader(packet, "host key");
  reader.byte();  // how much padding there is
  const std::uint8_t type = reader.byte();
  return type == reply || type == group_reply ? reader.string() : std::string_view();
}

bool is_malformed(std::string_view host_key) {
  constexpr std::string_view kind("\0\0\0\x0bssh-ed25519", 15), length("\0\0\0\x20", 4);
  constexpr std::size_t whole = kind.size() + length.size() + 32;
  if (!host_key.starts_with(kind)) return false;
  return host_key.size() != whole || !host_key.substr(kind.size()).starts_with(length);
}

}  // namespace

void check_host_key_length(std::string_view received) {
  Greeting ignored;
  if (!take_identification(received, ignored)) return;
  PacketReader packets(received, "packet");
  bool is_bad = false;
  try {
    while (!is_bad)
      is_bad = is_malformed(host_key_in(packets.string()));
  } catch (const Error&) {
    return;  // no more has come, or what comes is encrypted: then it is for libssh2 to say
  }
  throw Error(ErrorCode::protocol, "agree on keys", "",
              "the host key has not the length of its kind")
      .with_retryable(false);
}

Greeting read_greeting(std::string_view received) {
  Greeting greeting;
  if (!take_identification(received, greeting)) return greeting;
  try {
    auto names = host_keys_in(received);
    if (!names.empty()) greeting.host_keys = std::move(names);
  } catch (const Error&) {
    greeting.host_keys.reset();  // it has not all come
  }
  return greeting;
}

bool is_rsa_only(const std::vector<std::string>& host_key_algorithms) {
  // Signatures by certificates need ssh(1) anyway.
  const auto is_usable = [](const std::string& name) {
    return is_plain_key_type(key_type_of(name)) && !is_rsa(key_type_of(name));
  };
  return !host_key_algorithms.empty() && std::ranges::none_of(host_key_algorithms, is_usable) &&
         std::ranges::any_of(host_key_algorithms,
                             [](const std::string& name) { return is_rsa(key_type_of(name)); });
}

}  // namespace sluice::ssh
