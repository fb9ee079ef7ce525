#include "sluice/fs/login.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "sluice/core/error.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

namespace sluice::test {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

std::optional<Login> login_for(const std::string& url, Variables variables,
                               LoginSettings settings) {
  std::optional<Login> found;
  run([&](Runtime& runtime) -> Task<> {
    found = co_await find_login(runtime, Environment(std::move(variables)), std::move(settings),
                                parse_location(url));
  });
  return found;
}

std::string shown(const std::optional<Login>& login) {
  return login ? login->user + "=" + login->password.reveal() : "none";
}

Task<std::optional<Secret>> tell(std::string server) {
  co_return Secret("told " + server);
}

}  // namespace

TEST_CASE("a password comes from the environment, a file, netrc, or a person, in this order") {
  const TemporaryDirectory directory;
  LoginSettings settings;
  settings.ask = tell;
  const std::string url = "ftp://me@ftp.example.com/x";
  CHECK(shown(login_for(url, {}, settings)) == "me=told ftp://me@ftp.example.com");
  settings.netrc = directory.path() / "netrc";
  CHECK(shown(login_for(url, {}, settings)) == "me=told ftp://me@ftp.example.com");
  std::ofstream(settings.netrc) << "machine ftp.example.com login me password netrc\n";
  CHECK(shown(login_for(url, {}, settings)) == "me=netrc");
  settings.password_file = directory.path() / "password";
  std::ofstream(settings.password_file) << "file\r\nmore\n";
  CHECK(shown(login_for(url, {}, settings)) == "me=file");
  CHECK(shown(login_for(url, {{"SLUICE_PASSWORD", "general"}}, settings)) == "me=general");
  CHECK(shown(login_for(
            url, {{"SLUICE_PASSWORD", "general"}, {"SLUICE_PASSWORD_FTP_EXAMPLE_COM", "own"}},
            settings)) == "me=own");
}

TEST_CASE("a URL without a user has the login of the netrc file, or none") {
  const TemporaryDirectory directory;
  LoginSettings settings;
  settings.ask = tell;
  settings.netrc = directory.path() / "netrc";
  CHECK(shown(login_for("ftp://host/", {{"SLUICE_PASSWORD", "x"}}, settings)) == "none");
  std::ofstream(settings.netrc) << "machine host login you password netrc\n";
  CHECK(shown(login_for("ftp://host/", {{"SLUICE_PASSWORD", "x"}}, settings)) == "you=netrc");
}

TEST_CASE("a file that is named must be there, and readable as what it is") {
  const TemporaryDirectory directory;
  LoginSettings settings;
  settings.netrc = directory.path() / "netrc";
  settings.netrc_may_be_missing = false;
  CHECK_THROWS_AS(login_for("ftp://me@host/", {}, settings), Error);
  std::ofstream(settings.netrc) << "machine host\nverysecret";
  try {
    login_for("ftp://me@host/", {}, settings);
    FAIL("not refused");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::config);
    CHECK(std::string(error.what()).find("line 2") != std::string::npos);
    CHECK(std::string(error.what()).find("verysecret") == std::string::npos);
  }
}

}  // namespace sluice::test
