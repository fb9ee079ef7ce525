#include <fmt/format.h>

#include <algorithm>

#include "ftp/text.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/redaction.hpp"
#include "sluice/ftp/answers.hpp"
#include "sluice/ftp/listing.hpp"

namespace sluice::ftp {
namespace {

[[noreturn]] void refuse(std::string_view line) {
  throw Error(ErrorCode::protocol, "reading a listing", "",
              "a line cannot be read: " + one_line(line, 200));
}

bool same(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool begins(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && same(text.substr(0, lower.size()), lower);
}

std::optional<std::uint32_t> octal(std::string_view text) {
  std::uint32_t mode = 0;
  if (text.empty() || text.size() > 6) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
  }
  return mode & 07777U;
}

/// What the facts of one line say, beside the entry.
struct Facts {
  bool has_type = false, is_self_or_parent = false;
};

void read_type(std::string_view value, Entry& entry, Facts& facts) {
  facts.has_type = true;
  if (same(value, "file")) {
    entry.type = FileType::regular;
  } else if (same(value, "dir")) {
    entry.type = FileType::directory;
  } else if (same(value, "cdir") || same(value, "pdir")) {
    entry.type = FileType::directory;
    facts.is_self_or_parent = true;
  } else if (begins(value, "os.unix=slink") || begins(value, "os.unix=symlink")) {
    entry.type = FileType::symlink;
    const auto colon = value.find(':');
    if (colon != std::string_view::npos) entry.link_target = value.substr(colon + 1);
  } else {
    entry.type = FileType::other;
  }
}

void read_fact(std::string_view name, std::string_view value, Entry& entry, Facts& facts) {
  if (same(name, "type")) read_type(value, entry, facts);
  if (same(name, "size")) entry.size = number_of<std::uint64_t>(value);
  if (same(name, "modify")) entry.modified = parse_time(value);
  if (same(name, "unix.mode")) entry.mode = octal(value);
}

}  // namespace

std::optional<Entry> parse_machine_line(std::string_view line) {
  // The name follows the first blank. A value may hold one only in a link's target, of which some
  // servers do not know better: the facts end in ';' before the blank.
  std::size_t end = line.find("; ");
  std::size_t name_at = end == std::string_view::npos ? line.find(' ') : end + 1;
  if (name_at == std::string_view::npos) refuse(line);
  std::string_view facts_text = line.substr(0, name_at);
  Entry entry;
  Facts facts;
  while (!facts_text.empty()) {
    const std::size_t semicolon = std::min(facts_text.find(';'), facts_text.size());
    const std::string_view fact = facts_text.substr(0, semicolon);
    const std::size_t equals = fact.find('=');
    if (equals == std::string_view::npos || equals == 0) refuse(line);
    read_fact(fact.substr(0, equals), fact.substr(equals + 1), entry, facts);
    facts_text.remove_prefix(std::min(semicolon + 1, facts_text.size()));
  }
  entry.name = line.substr(name_at + 1);
  if (entry.name.empty() || !facts.has_type) refuse(line);
  if (facts.is_self_or_parent || entry.name == "." || entry.name == "..") return std::nullopt;
  return entry;
}

void LineSplitter::feed(std::string_view bytes) {
  received_.erase(0, at_);
  at_ = 0;
  received_ += bytes;
}

std::optional<std::string> LineSplitter::take() {
  const std::size_t end = received_.find('\n', at_);
  if (std::min(end, received_.size()) - at_ > longest_line)
    throw Error(ErrorCode::protocol, "reading a listing", "", "a line of it is too long");
  if (end == std::string::npos) return std::nullopt;
  std::string line = received_.substr(at_, end - at_);
  at_ = end + 1;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

std::string LineSplitter::rest() {
  std::string line = received_.substr(at_);
  received_.clear();
  at_ = 0;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace sluice::ftp
