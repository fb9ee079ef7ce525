#include "ssh/greeting.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

namespace sluice::ssh {
namespace {

std::string number(std::size_t value) {
  return std::string(2, '\0') + static_cast<char>(value >> 8U) + static_cast<char>(value & 0xffU);
}

std::string kexinit(const std::string& host_keys) {
  const std::string ways = "curve25519-sha256";
  const std::string payload = std::string(1, '\x04') + '\x14' + std::string(16, 'c') +
                              number(ways.size()) + ways + number(host_keys.size()) + host_keys +
                              std::string(50, '\0');
  return number(payload.size()) + payload;
}

}  // namespace

TEST_CASE("a server's identification and its host key algorithms") {
  const std::string all = "SSH-2.0-OpenSSH_9.2\r\n" + kexinit("rsa-sha2-512,ssh-ed25519") + "more";
  const Greeting greeting = read_greeting(all);
  CHECK(greeting.software == "SSH-2.0-OpenSSH_9.2");
  CHECK(greeting.before.empty());
  REQUIRE(greeting.host_keys);
  CHECK(*greeting.host_keys == std::vector<std::string>{"rsa-sha2-512", "ssh-ed25519"});
}

TEST_CASE("as much of it as has come") {
  const std::string all = "SSH-2.0-x\n" + kexinit("ssh-ed25519");
  for (std::size_t size = 0; size < all.size(); ++size) {
    const Greeting greeting = read_greeting(std::string_view(all).substr(0, size));
    CHECK(greeting.software == (size >= 10 ? "SSH-2.0-x" : ""));
    CHECK_FALSE(greeting.host_keys);
  }
  CHECK(read_greeting(all).host_keys);
}

TEST_CASE("lines before the identification are kept, for they say why there is none") {
  CHECK(read_greeting("Not allowed at this time\r\n").before == "Not allowed at this time\r ");
  CHECK(read_greeting("hello\r\nSSH-2.0-x\r\n").software == "SSH-2.0-x");
  CHECK(read_greeting("hello").before == "hello");
  CHECK(read_greeting(std::string(100'000, '\n')).software.empty());
}

TEST_CASE("an Ed25519 host key of another length is refused before libssh2 sees it") {
  const auto packet = [](int type, const std::string& fields) {
    const std::string content = std::string(1, '\x04') + static_cast<char>(type) + fields + "pad.";
    return number(content.size()) + content;
  };
  const auto is_refused = [&](int type, std::size_t key_size, std::size_t said) {
    const std::string kind = "ssh-ed25519", key(key_size, 'k');
    const std::string host_key = number(kind.size()) + kind + number(said) + key;
    const std::string all = "hello\r\nSSH-2.0-x\r\n" + kexinit("ssh-ed25519") +
                            packet(type, number(host_key.size()) + host_key);
    for (std::size_t size = 0; size < all.size(); ++size)
      check_host_key_length(std::string_view(all).substr(0, size));
    try {
      check_host_key_length(all + "more");
    } catch (const Error& error) {
      return error.code() == ErrorCode::protocol;
    }
    return false;
  };
  CHECK_FALSE(is_refused(31, 32, 32));
  CHECK(is_refused(31, 30, 30));
  CHECK(is_refused(31, 32, 39));
  CHECK(is_refused(33, 0, 0));
  CHECK_FALSE(is_refused(30, 30, 30));
}

TEST_CASE("a server with nothing but RSA keys") {
  CHECK(is_rsa_only({"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"}));
  CHECK(is_rsa_only({"rsa-sha2-512", "rsa-sha2-512-cert-v01@openssh.com"}));
  CHECK_FALSE(is_rsa_only({"rsa-sha2-512", "ssh-ed25519"}));
  CHECK_FALSE(is_rsa_only({"rsa-sha2-512", "ecdsa-sha2-nistp256"}));
  CHECK_FALSE(is_rsa_only({"ssh-dss"}));
  CHECK_FALSE(is_rsa_only({}));
}

}  // namespace sluice::ssh
