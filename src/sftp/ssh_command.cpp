#include "sluice/sftp/ssh_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sluice/core/redaction.hpp"

namespace sluice::sftp {
namespace {

constexpr std::size_t longest_words = 500;

struct Meaning {
  std::string_view words;
  ErrorCode code;
  bool retryable;
};

// What ssh(1) and sshd(8) say, the more telling first: a refusal of a key comes before the
// connection's end that follows from it.
constexpr auto meanings = std::to_array<Meaning>({
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", ErrorCode::unauthenticated, false},
    {"Host key verification failed", ErrorCode::unauthenticated, false},
    {"no matching host key type", ErrorCode::unsupported, false},
    {"no matching key exchange method", ErrorCode::unsupported, false},
    {"no matching cipher", ErrorCode::unsupported, false},
    {"Too many authentication failures", ErrorCode::unauthenticated, false},
    {"Permission denied", ErrorCode::unauthenticated, false},
    {"Bad configuration option", ErrorCode::config, false},
    {"UNPROTECTED PRIVATE KEY FILE", ErrorCode::config, false},
    {"subsystem request failed", ErrorCode::unsupported, false},
    {"administratively prohibited", ErrorCode::permission_denied, false},
    {"Not allowed at this time", ErrorCode::throttled, true},
    {"Could not resolve hostname", ErrorCode::network, true},
    {"Connection refused", ErrorCode::network, true},
    {"timed out", ErrorCode::timeout, true},
    {"kex_exchange_identification", ErrorCode::network, true},
    {"Connection reset", ErrorCode::network, true},
    {"Connection closed", ErrorCode::network, true},
    {"Broken pipe", ErrorCode::network, true},
});

std::string_view last_line(std::string_view said) {
  while (said.ends_with('\n') || said.ends_with('\r'))
    said.remove_suffix(1);
  const std::size_t end = said.rfind('\n');
  return end == std::string_view::npos ? said : said.substr(end + 1);
}

void refuse_option(const std::string& text, const char* what) {
  if (!text.starts_with('-') && text.find('\0') == std::string::npos) return;
  throw Error(ErrorCode::invalid_input, "run ssh", text,
              fmt::format("the {} begins like an option of ssh", what));
}

/// As a configuration line has it: blanks in quotes, %% for %. Quotes, ends of lines and variables
/// cannot be written.
std::string quoted(const std::string& path) {
  if (path.find_first_of("\"\n\r") != std::string::npos || path.find("${") != std::string::npos)
    throw Error(ErrorCode::invalid_input, "run ssh", path, "ssh takes no such path");
  std::string text = "\"";
  for (const char c : path)
    text += c == '%' ? "%%" : std::string(1, c);
  return text + '"';
}

void add_identity(const SshCommand& command, std::vector<std::string>& words) {
  const auto set = [&words](const char* name, const std::string& value) {
    words.emplace_back("-o");
    words.push_back(fmt::format("{} {}", name, value));
  };
  for (const std::string& key : command.keys)
    set("IdentityFile", quoted(key));
  if (!command.keys.empty()) set("IdentitiesOnly", "yes");
  if (!command.known_hosts.empty()) set("UserKnownHostsFile", quoted(command.known_hosts));
  if (command.accept_new) set("StrictHostKeyChecking", *command.accept_new ? "accept-new" : "yes");
}

}  // namespace

std::vector<std::string> words_of(const SshCommand& command) {
  refuse_option(command.host, "host");
  refuse_option(command.user, "user");
  std::vector<std::string> words = command.words;
  const auto set = [&words](std::string option) {
    words.emplace_back("-o");
    words.push_back(std::move(option));
  };
  if (!command.config_file.empty()) {
    words.emplace_back("-F");
    words.push_back(command.config_file);
  }
  // Nothing but the channel: what ssh_config forwards for people is not for a transfer.
  set("ForwardX11 no");
  set("ForwardAgent no");
  set("PermitLocalCommand no");
  set("ClearAllForwardings yes");
  set(fmt::format("ConnectTimeout {}", command.connect_timeout.count()));
  set("ServerAliveInterval 30");
  if (!command.may_ask) set("BatchMode yes");
  add_identity(command, words);
  if (command.port != 0) {
    words.emplace_back("-p");
    words.push_back(std::to_string(command.port));
  }
  if (!command.user.empty()) {
    words.emplace_back("-l");
    words.push_back(command.user);
  }
  words.insert(words.end(), {"-s", "--", command.host, "sftp"});
  return words;
}

Error ssh_failure(std::string_view said, std::optional<int> exit_code, const std::string& subject) {
  const auto* const meaning = std::ranges::find_if(
      meanings, [said](const Meaning& one) { return said.find(one.words) != said.npos; });
  const bool known = meaning != meanings.end();
  std::string message = one_line(last_line(said), longest_words);
  if (known && message.find(meaning->words) == std::string::npos)
    message = fmt::format("{} ({})", meaning->words, message);
  if (message.empty())
    message = exit_code ? fmt::format("the command ended with exit code {}", *exit_code)
                        : "the server ended the connection";
  Error error(known ? meaning->code : ErrorCode::network, "connect", subject, message);
  // Other codes are of a command that could not do what it is for.
  constexpr int ended = 0, failed_by_itself = 255;
  const int code = exit_code.value_or(failed_by_itself);
  error.with_retryable(known ? meaning->retryable : code == ended || code == failed_by_itself);
  return error;
}

}  // namespace sluice::sftp
