#include "fs/journal_lines.hpp"

#include <utility>

#include "sluice/codec/base64.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice {
namespace {

using codec::JsonValue;

std::string text_member(const JsonValue& line, std::string_view name) {
  return std::string(line[name].as_string().value_or(""));
}

std::optional<ProcessIdentity> parse_owner(const JsonValue& line) {
  const auto pid = line["pid"].as_int();
  const auto start = line["start"].as_uint();
  if (!line["host"].as_string() || !pid || !start) return std::nullopt;
  return ProcessIdentity{.host = text_member(line, "host"),
                         .boot_id = text_member(line, "boot"),
                         .pid_namespace = text_member(line, "pid_namespace"),
                         .pid = *pid,
                         .start_ticks = *start};
}

std::optional<Temporary> parse_temporary(const JsonValue& line) {
  const auto kind = line["kind"].as_string();
  if (!kind) return std::nullopt;
  if (const auto subject = line["subject"].as_string()) {
    return Temporary{std::string(*kind), std::string(*subject)};
  }
  auto subject = codec::from_base64(text_member(line, "subject_base64"));
  if (!subject || subject->empty()) return std::nullopt;
  return Temporary{std::string(*kind), std::move(*subject)};
}

bool apply(const JsonValue& line, JournalContents& contents) {
  const auto operation = line["op"].as_string();
  auto temporary = parse_temporary(line);
  if (!operation || !temporary) return false;
  if (*operation == "record") {
    contents.live.insert(std::move(*temporary));
    return true;
  }
  // What a later version may have written is reported, and forgets nothing.
  if (*operation != "forget") return false;
  contents.live.erase(*temporary);
  return true;
}

bool take_line(std::string_view text, std::size_t number, JournalContents& contents) {
  try {
    const JsonValue line = codec::parse_json(text, "journal line");
    if (number > 1) return apply(line, contents);
    contents.owner = parse_owner(line);
    return contents.owner.has_value();
  } catch (const Error&) {
    return false;  // reported by its number
  }
}

}  // namespace

std::string owner_line(const ProcessIdentity& owner) {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("host").value(owner.host).key("boot").value(owner.boot_id);
  writer.key("pid_namespace").value(owner.pid_namespace);
  writer.key("pid").value(owner.pid).key("start").value(owner.start_ticks);
  writer.end_object();
  return writer.take() + '\n';
}

std::string entry_line(JournalEntry entry, const Temporary& temporary) {
  codec::JsonWriter writer;
  writer.begin_object();
  writer.key("op").value(entry == JournalEntry::recorded ? "record" : "forget");
  writer.key("kind").value(temporary.kind);
  if (is_utf8(temporary.subject)) {
    writer.key("subject").value(temporary.subject);
  } else {
    writer.key("subject_base64").value(codec::to_base64(as_bytes(temporary.subject)));
  }
  writer.end_object();
  return writer.take() + '\n';
}

JournalContents parse_journal(std::string_view text) {
  JournalContents contents;
  for (std::size_t number = 1;; ++number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return contents;
    if (!take_line(text.substr(0, end), number, contents)) contents.bad_lines.push_back(number);
    text.remove_prefix(end + 1);
  }
}

}  // namespace sluice
