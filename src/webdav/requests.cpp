#include "webdav/requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice::webdav {
namespace {

bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, std::string_view what) {
  if (!text.starts_with(what)) return false;
  text.remove_prefix(what.size());
  return true;
}

}  // namespace

std::string_view propfind_body(Properties properties) {
  if (properties == Properties::all)
    return R"(<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:allprop/></D:propfind>)";
  return properties == Properties::file_and_kind
             ? R"(<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/><o:id xmlns:o="http://owncloud.org/ns"/></D:prop></D:propfind>)"
             : R"(<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:propfind>)";
}

std::optional<std::string> if_field(std::string_view url, std::string_view tag) {
  const auto is_tag_character = [](char c) { return c > ' ' && c != '"' && c != 0x7F; };
  if (tag.empty() || !std::ranges::all_of(tag, is_tag_character)) return std::nullopt;
  return fmt::format(R"(<{}> (["{}"]) ([W/"{}"]))", url, tag, tag);
}

std::string range_field(std::uint64_t offset, std::optional<std::uint64_t> length) {
  if (!length) return fmt::format("bytes={}-", offset);
  return fmt::format("bytes={}-{}", offset, offset + *length - 1);
}

std::optional<ContentRange> parse_content_range(std::string_view text) {
  ContentRange range;
  std::uint64_t size = 0;
  const bool numbers = take(text, "bytes ") && take_number(text, range.first) && take(text, "-") &&
                       take_number(text, range.last) && take(text, "/");
  if (!numbers || range.last < range.first) return std::nullopt;
  if (text == "*") return range;
  if (!take_number(text, size) || !text.empty() || range.last >= size) return std::nullopt;
  range.size = size;
  return range;
}

std::string mtime_field(TimePoint time) {
  return fmt::format("{}",
                     std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

}  // namespace sluice::webdav
