// A journal of temporaries: any text is read without a throw, and what was understood is written
// and read back as it was.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "fs/journal_lines.hpp"
#include "require.hpp"

namespace {

using namespace sluice;

std::string written(const ProcessIdentity& owner, const std::set<Temporary>& live,
                    JournalEntry entry) {
  std::string text = owner_line(owner);
  for (const Temporary& temporary : live)
    text += entry_line(entry, temporary);
  return text;
}

void check_round_trip(const ProcessIdentity& owner, const std::set<Temporary>& live) {
  const std::string text = written(owner, live, JournalEntry::recorded);
  const JournalContents again = parse_journal(text);
  require(again.owner == owner, "the owner is read as it was written");
  require(again.live == live, "the entries are read as they were written");
  require(again.bad_lines.empty(), "what we write is understood");
  const std::string forgotten = written(owner, live, JournalEntry::forgotten);
  const std::string entries = forgotten.substr(forgotten.find('\n') + 1);
  require(parse_journal(text + entries).live.empty(), "all that is forgotten is gone");
}

// A crash leaves a beginning of the text: no entry of another kind may come out of it.
void check_cut(std::string_view text, std::size_t at) {
  const JournalContents cut = parse_journal(text.substr(0, at));
  const JournalContents whole = parse_journal(text);
  require(std::ranges::includes(whole.bad_lines, cut.bad_lines), "a torn line is not reported");
  require(!cut.owner || cut.owner == whole.owner, "the owner is that of the first line");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const JournalContents contents = parse_journal(input);
  const auto lines = static_cast<std::size_t>(std::ranges::count(input, '\n'));
  require(contents.bad_lines.size() <= lines, "only whole lines are bad");
  require(std::ranges::is_sorted(contents.bad_lines), "bad lines come in order");
  if (contents.owner) check_round_trip(*contents.owner, contents.live);
  if (size > 0) check_cut(input, data[0] % size);
  // A name may be any bytes.
  ProcessIdentity owner;
  owner.pid = 1;
  check_round_trip(owner, {Temporary{"file", std::string(input)}});
  return 0;
}
