#include "state/backlog_line.hpp"

#include <utility>

#include "state/flat_json.hpp"
#include "state/iso_time.hpp"
#include "state/json_members.hpp"

namespace sluice::state {
namespace {

enum Seen : unsigned { name = 1, size = 2, path = 4, mod_time = 8, etag = 16 };

/// False if the member is not one that we write in this way, or came before.
bool take_member(const FlatMember& member, FileInfo& file, unsigned& seen) {
  const auto first = [&seen](unsigned bit) { return (std::exchange(seen, seen | bit) & bit) == 0; };
  if (member.name == "size") {
    file.size = member.number;
    return !member.is_text && first(Seen::size);
  }
  if (!member.is_text) return false;
  if (member.name == "name") return first(Seen::name);
  if (member.name == "path") {
    file.path = member.text;
    return !member.text.empty() && first(Seen::path);
  }
  if (member.name == "etag") {
    file.etag = member.text;
    return first(Seen::etag);
  }
  if (member.name != "mod_time") return false;
  file.mtime = parse_iso_time(member.text);
  return file.mtime && first(Seen::mod_time);
}

}  // namespace

void append_backlog_line(std::string& out, const FileInfo& file) {
  append_file(out, file);
  out += '\n';
}

bool parse_own_line(std::string_view line, FileInfo& file) {
  constexpr unsigned required = Seen::size | Seen::path;
  file.mtime.reset();
  file.etag.clear();
  file.type = FileType::regular;
  file.extras.reset();
  FlatJson flat(line);
  FlatMember member;
  unsigned seen = 0;
  while (flat.next(member))
    if (!take_member(member, file, seen)) return false;
  return flat.complete() && (seen & required) == required;
}

FileInfo parse_any_line(std::string_view line, std::string_view subject) {
  const codec::JsonValue object = parse_object(line, subject);
  return file_member(object, subject);
}

}  // namespace sluice::state
