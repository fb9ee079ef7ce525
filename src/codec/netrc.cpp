#include "sluice/codec/netrc.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

constexpr std::string_view blank = " \t\r\n";

bool same_host(std::string_view one, std::string_view other) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::optional<std::string> next() {
    skip_blank();
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() == '"') return quoted();
    const std::size_t end = std::min(rest_.find_first_of(blank), rest_.size());
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }

  std::string value_of(std::string_view key) {
    auto word = next();
    if (!word) refuse(fmt::format("{} is not followed by its value", key));
    return std::move(*word);
  }

  /// A macro goes on to the next empty line.
  void skip_macro() {
    const std::size_t lf = rest_.find("\n\n"), crlf = rest_.find("\n\r\n");
    const std::size_t end = std::min(std::min(lf, crlf), rest_.size());
    line_ += static_cast<std::size_t>(std::count(rest_.begin(), rest_.begin() + end, '\n'));
    rest_.remove_prefix(end);
  }

  [[noreturn]] void refuse(std::string reason) const {
    throw Error(ErrorCode::config, "reading a netrc file", fmt::format("line {}", line_),
                std::move(reason));
  }

 private:
  void skip_blank() {
    while (!rest_.empty()) {
      if (rest_.front() == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (blank.find(rest_.front()) != std::string_view::npos) {
        if (rest_.front() == '\n') ++line_;
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  std::string quoted() {
    std::string word;
    for (std::size_t i = 1; i < rest_.size() && rest_[i] != '\n'; ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return word;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) {
        ++i;
        word += rest_[i] == 'n' ? '\n' : rest_[i] == 't' ? '\t' : rest_[i] == 'r' ? '\r' : rest_[i];
      } else {
        word += rest_[i];
      }
    }
    refuse("a quoted word does not end");
  }

  std::string_view rest_;
  std::size_t line_ = 1;
};

struct Entry {
  bool is_default = false, matches = false;
  NetrcLogin login;
};

bool suits(const Entry& entry, std::string_view user) {
  return entry.matches && (user.empty() || entry.login.login.empty() || entry.login.login == user);
}

/// Reads what follows "machine NAME" or "default"; `word` is the keyword that begins the next one.
void read_entry(Words& words, Entry& entry, std::optional<std::string>& word) {
  for (word = words.next(); word; word = words.next()) {
    if (*word == "login") {
      entry.login.login = words.value_of("login");
    } else if (*word == "password") {
      entry.login.password = Secret(words.value_of("password"));
    } else if (*word == "account") {
      words.value_of("account");
    } else if (*word == "macdef") {
      words.skip_macro();
    } else if (*word == "machine" || *word == "default") {
      return;
    } else {
      words.refuse("a word is none of machine, default, login, password, account and macdef");
    }
  }
}

}  // namespace

std::optional<NetrcLogin> find_in_netrc(std::string_view text, std::string_view host,
                                        std::string_view user) {
  Words words(text);
  std::optional<NetrcLogin> found;
  std::optional<std::string> word = words.next();
  while (word) {
    Entry entry;
    if (*word == "macdef") {
      words.skip_macro();
      word = words.next();
      continue;
    }
    if (*word == "machine") {
      entry.matches = same_host(words.value_of("machine"), host);
    } else if (*word == "default") {
      entry.is_default = entry.matches = true;
    } else {
      words.refuse("a word is none of machine, default and macdef");
    }
    read_entry(words, entry, word);
    if (!found && suits(entry, user)) found = std::move(entry.login);
  }
  return found;
}

}  // namespace sluice::codec
