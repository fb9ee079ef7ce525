#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fs/process_identity.hpp"
#include "sluice/fs/temporaries.hpp"

/// The text of a journal of temporaries: JSON lines, the owner first, then what was recorded and
/// forgotten. Pure.
namespace sluice {

std::string owner_line(const ProcessIdentity& owner);
enum class JournalEntry : bool { recorded, forgotten };
/// A subject that is not UTF-8 travels as "subject_base64".
std::string entry_line(JournalEntry entry, const Temporary& temporary);

struct JournalContents {
  std::optional<ProcessIdentity> owner;  ///< Unset if the first line cannot be read.
  std::set<Temporary> live;              ///< Recorded and not forgotten.
  std::vector<std::size_t> bad_lines;    ///< Numbers, from 1.
};

/// Never throws for bad text. A last line without its end is what a crash leaves: nothing was made
/// on its account, so it is passed over without a report.
JournalContents parse_journal(std::string_view text);

}  // namespace sluice
