#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::webdav {

enum class Properties : std::uint8_t {
  file,           ///< What a FileInfo holds.
  file_and_kind,  ///< And one that only ownCloud's family has.
  all,            ///< Whatever the server gives unasked (allprop).
};
/// The body of a PROPFIND (RFC 4918 section 9.1).
std::string_view propfind_body(Properties properties);

/// The value of an If field (RFC 4918 section 10.4): what is at `url` has that tag, weak or strong.
/// nullopt for a tag that cannot be written so.
std::optional<std::string> if_field(std::string_view url, std::string_view tag);

/// The value of a Range field for `length` bytes (nullopt: all) from `offset`.
std::string range_field(std::uint64_t offset, std::optional<std::uint64_t> length);

/// "bytes 2-4/5" of a 206 answer.
struct ContentRange {
  std::uint64_t first = 0, last = 0;
  std::optional<std::uint64_t> size;  ///< Of the whole file; nullopt: "*".
};
std::optional<ContentRange> parse_content_range(std::string_view text);

/// The value of X-OC-Mtime: whole seconds since 1970.
std::string mtime_field(TimePoint time);

}  // namespace sluice::webdav
