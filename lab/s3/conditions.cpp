#include "s3/conditions.hpp"

#include <algorithm>
#include <string>

#include "s3/error.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::lab {
namespace {

/// Whether a list of entity tags names this one; "*" names any.
bool names_etag(std::string_view list, std::string_view etag) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto item = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (item.starts_with(' '))
      item.remove_prefix(1);
    while (item.ends_with(' '))
      item.remove_suffix(1);
    if (item.starts_with("W/")) item.remove_prefix(2);
    if (item.size() >= 2 && item.starts_with('"') && item.ends_with('"'))
      item = item.substr(1, item.size() - 2);
    if (item == "*" || item == etag) return true;
  }
  return false;
}

std::optional<TimePoint> date_field(const RequestHead& head, const std::string& name) {
  const auto text = head.find(name);
  return text ? codec::parse_http_date(*text) : std::nullopt;
}

}  // namespace

ReadOutcome check_read_conditions(const RequestHead& head, const Object& object,
                                  std::string_view prefix) {
  const auto named = [prefix](std::string_view name) { return std::string(prefix).append(name); };
  const bool copying = !prefix.empty();
  if (const auto match = head.find(named("if-match"))) {
    if (!names_etag(*match, object.etag)) throw precondition_failed(named("If-Match"));
  } else if (const auto since = date_field(head, named("if-unmodified-since"));
             since && object.modified > *since) {
    throw precondition_failed(named("If-Unmodified-Since"));
  }
  bool unchanged = false;
  if (const auto none = head.find(named("if-none-match"))) {
    unchanged = names_etag(*none, object.etag);
    if (unchanged && copying) throw precondition_failed(named("If-None-Match"));
  } else if (const auto since = date_field(head, named("if-modified-since"))) {
    unchanged = object.modified <= *since;
    if (unchanged && copying) throw precondition_failed(named("If-Modified-Since"));
  }
  return unchanged ? ReadOutcome::not_modified : ReadOutcome::serve;
}

void check_write_conditions(const S3Request& request, const ObjectPtr& existing) {
  if (request.faults.ignore_conditions) return;
  const auto match = request.head->find("if-match");
  const auto none = request.head->find("if-none-match");
  if (match && none) throw not_implemented("If-Match together with If-None-Match");
  if (none) {
    if (*none != "*") throw not_implemented("If-None-Match with anything but * on a write");
    if (existing) throw precondition_failed("If-None-Match");
  }
  if (match) {
    if (!existing) throw no_such_key(request.key);
    if (!names_etag(*match, existing->etag)) throw precondition_failed("If-Match");
  }
}

}  // namespace sluice::lab
