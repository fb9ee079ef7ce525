#include "sluice/sftp/ssh_command.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace sluice::sftp {
namespace {

std::string joined(const SshCommand& command) {
  std::string text;
  for (const std::string& word : words_of(command))
    text += word + '|';
  return text;
}

bool is_refused(const SshCommand& command) {
  try {
    words_of(command);
  } catch (const Error& error) {
    return error.code() == ErrorCode::invalid_input;
  }
  return false;
}

}  // namespace

TEST_CASE("ssh's words: options, then the host behind --, then the subsystem") {
  SshCommand command;
  command.host = "host.example";
  command.user = "me";
  command.port = 2222;
  command.config_file = "/etc/x";
  const std::string text = joined(command);
  CHECK(text.starts_with("ssh|-F|/etc/x|-o|"));
  CHECK(text.ends_with("|-p|2222|-l|me|-s|--|host.example|sftp|"));
  CHECK(text.find("BatchMode yes") != std::string::npos);
  command.may_ask = true;
  CHECK(joined(command).find("BatchMode") == std::string::npos);
}

TEST_CASE(
    "keys, known hosts and the policy of ours are told to ssh, and nothing where it has its own") {
  SshCommand command;
  command.host = "h";
  for (const char* name : {"Identit", "KnownHosts", "StrictHostKeyChecking"})
    CHECK(joined(command).find(name) == std::string::npos);
  command.keys = {"/a b/50%", "/other"};
  command.known_hosts = "/kh";
  command.accept_new = true;
  const std::string text = joined(command);
  CHECK(text.find(
            "|-o|IdentityFile \"/a b/50%%\"|-o|IdentityFile \"/other\"|-o|IdentitiesOnly yes|") !=
        std::string::npos);
  CHECK(text.find("|-o|UserKnownHostsFile \"/kh\"|") != std::string::npos);
  CHECK(text.find("|-o|StrictHostKeyChecking accept-new|") != std::string::npos);
  command.accept_new = false;
  CHECK(joined(command).find("|-o|StrictHostKeyChecking yes|") != std::string::npos);
  command.known_hosts = "a\"b";
  CHECK(is_refused(command));
}

TEST_CASE("a host or user that ssh would take for an option is refused") {
  CHECK(is_refused({.host = "-oProxyCommand=x", .user = "", .config_file = ""}));
  CHECK(is_refused({.host = "h", .user = "-x", .config_file = ""}));
}

TEST_CASE("what ssh says tells what can be done") {
  const auto meaning = [](std::string_view said) { return ssh_failure(said, 255, "sftp://h"); };
  const Error denied = meaning("me@h: Permission denied (publickey).\r\n");
  CHECK(denied.code() == ErrorCode::unauthenticated);
  CHECK_FALSE(denied.retryable());
  CHECK(denied.message() == "me@h: Permission denied (publickey).");
  const Error changed = meaning(
      "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.\n");
  CHECK(changed.code() == ErrorCode::unauthenticated);
  CHECK(changed.message() ==
        "REMOTE HOST IDENTIFICATION HAS CHANGED (Host key verification failed.)");
  CHECK(meaning("ssh: connect to host h port 22: Connection refused").retryable());
  CHECK(meaning("ssh: Could not resolve hostname h: x").code() == ErrorCode::network);
  CHECK(meaning("").code() == ErrorCode::network);
  CHECK(meaning("").retryable());
}

TEST_CASE("a command that is none of ssh's is not tried again") {
  CHECK_FALSE(ssh_failure("", 127, "sftp://h").retryable());
  CHECK(ssh_failure("", 127, "sftp://h").message() == "the command ended with exit code 127");
  CHECK(ssh_failure("", 0, "sftp://h").retryable());
}

}  // namespace sluice::sftp
