#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/time.hpp"

namespace sluice::webdav {

/// The body of a PROPFIND (RFC 4918 section 9.1) that asks for what a FileInfo holds;
/// `with_owncloud` also for a property that only ownCloud's family has.
std::string_view propfind_body(bool with_owncloud);

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
