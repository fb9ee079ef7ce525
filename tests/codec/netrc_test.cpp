#include "sluice/codec/netrc.hpp"

#include <doctest/doctest.h>

#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

constexpr std::string_view file = R"(# ours
machine ftp.example.com login alice password "a \"b\" c"
machine ftp.example.com
  login bob
  password hash#inside
machine dav.example.com password shared
macdef init
  cd /machine login
  bye

default login anonymous password guest
)";

std::string password_of(std::string_view host, std::string_view user) {
  const auto found = find_in_netrc(file, host, user);
  return found ? found->login + "=" + found->password.reveal() : "none";
}

std::string refusal_of(std::string_view text) {
  try {
    find_in_netrc(text, "host", "");
  } catch (const Error& error) {
    return error.subject();
  }
  return "";
}

}  // namespace

TEST_CASE("a netrc file has a login by host and user") {
  CHECK(password_of("ftp.example.com", "") == "alice=a \"b\" c");
  CHECK(password_of("FTP.Example.Com", "bob") == "bob=hash#inside");
  CHECK(password_of("dav.example.com", "carol") == "=shared");
  CHECK(password_of("other.example.com", "") == "anonymous=guest");
  CHECK(password_of("other.example.com", "dave") == "none");
  CHECK(password_of("/machine", "") == "anonymous=guest");
  CHECK_FALSE(find_in_netrc("", "host", ""));
}

TEST_CASE("what is no netrc file is refused with its line, and nothing of it is told") {
  CHECK(refusal_of("machine host login") == "line 1");
  CHECK(refusal_of("machine host\nlogin a\npassword \"open\n") == "line 3");
  CHECK(refusal_of("machine host\n\nsecret") == "line 3");
  CHECK(refusal_of("password x") == "line 1");
}

}  // namespace sluice::codec
