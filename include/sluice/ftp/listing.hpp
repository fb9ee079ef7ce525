#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/file_info.hpp"
#include "sluice/core/time.hpp"

namespace sluice::ftp {

/// A name in a directory, and what its listing says of it.
struct Entry {
  std::string name;  ///< Raw bytes. As the server sent it: check it before use.
  FileType type = FileType::regular;
  std::optional<std::uint64_t> size;
  std::optional<TimePoint> modified;
  Duration precision = std::chrono::seconds(1);  ///< Of `modified`.
  std::optional<std::uint32_t> mode;             ///< POSIX permission bits.
  std::string link_target;                       ///< If the listing shows it.

  friend bool operator==(const Entry&, const Entry&) = default;
};

/// "fact=value;...; name" (RFC 3659 section 7.2). nullopt for what names the directory itself or
/// the one above. Throws Error{protocol} for a line that cannot be read. Pure.
std::optional<Entry> parse_machine_line(std::string_view line);

/// A line of LIST, for which no rule was ever agreed on: as ls -l has it (with or without group or
/// link count, ISO or ls times), MS-DOS (IIS), EPLF and AS/400. nullopt for a line that names
/// nothing ("total 12", ".", ".."). Times have no zone: they are taken for UTC; a year that is not
/// told is the last one in which the time is not more than a day after `now`. Throws
/// Error{protocol} for a line that cannot be read: it may be a file. Pure.
std::optional<Entry> parse_list_line(std::string_view line, TimePoint now);

/// Cuts a listing into lines as it comes; their end is LF or CRLF. Bounded. Pure.
class LineSplitter {
 public:
  static constexpr std::size_t longest_line = 64 * 1024;

  void feed(std::string_view bytes);
  /// The next whole line. Throws Error{protocol} for one that is too long.
  std::optional<std::string> take();
  /// What is left behind the last line end: a line too, if it is not empty.
  std::string rest();

 private:
  std::string received_;
  std::size_t at_ = 0;
};

}  // namespace sluice::ftp
