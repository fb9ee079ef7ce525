#include "ssh/greeting.hpp"

#include <algorithm>

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

}  // namespace

Greeting read_greeting(std::string_view received) {
  Greeting greeting;
  for (;;) {
    const auto end = received.find('\n');
    const std::string_view line = received.substr(0, end);
    const bool whole = end != std::string_view::npos;
    if (line.starts_with("SSH-") && whole) {
      greeting.software = line.substr(0, line.find('\r'));
      received.remove_prefix(end + 1);
      break;
    }
    if (greeting.before.size() < longest_before) greeting.before += line;
    if (!whole) return greeting;
    greeting.before += ' ';
    received.remove_prefix(end + 1);
  }
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
