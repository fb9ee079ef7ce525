#include "faults/rule.hpp"

#include <fmt/format.h>

#include <charconv>

#include "faults/setting.hpp"
#include "s3/error_catalog.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

double share_of(const Setting& setting) {
  double share = -1;
  const auto& text = setting.value;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (code != std::errc{} || end != text.data() + text.size() || !(share >= 0 && share <= 1))
    throw bad(setting, "a share between 0 and 1");
  return share;
}

OperationSet operations_of(const Setting& setting) {
  OperationSet set = 0;
  auto names = setting.value;
  for (bool more = true; more;) {
    const auto end = names.find('|');
    const auto operation = operation_named(names.substr(0, end));
    if (!operation) throw bad(setting, "one or more operations such as GetObject|PutObject");
    set |= bit_of(*operation);
    more = end != std::string_view::npos;
    if (more) names.remove_prefix(end + 1);
  }
  return set;
}

void read_latency(FaultRule& rule, const Setting& setting) {
  const auto dots = setting.value.find("..");
  rule.low = duration_of({setting.name, setting.value.substr(0, dots)});
  rule.high = dots == std::string_view::npos
                  ? rule.low
                  : duration_of({setting.name, setting.value.substr(dots + 2)});
  if (rule.high < rule.low) throw bad(setting, "a range from low to high");
}

void read_error(FaultRule& rule, const Setting& setting) {
  if (is_error_code(setting.value)) {
    rule.code = setting.value;
    return;
  }
  const bool digits = setting.value.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits || setting.value.empty())
    throw bad(setting, "an error code that the lab knows, nor a status");
  rule.number = number_of(setting, 400, 599);
}

void read_skew(FaultRule& rule, const Setting& setting) {
  const bool behind = setting.value.starts_with('-');
  const auto size = duration_of({setting.name, setting.value.substr(behind ? 1 : 0)});
  rule.low = behind ? -size : size;
}

void read_region_status(FaultRule& rule, const Setting& setting) {
  rule.number = number_of(setting, 301, 400);
  if (rule.number != 301 && rule.number != 307 && rule.number != 400)
    throw bad(setting, "301, 307 or 400");
}

void read_encoding(FaultRule& rule, const Setting& setting) {
  if (setting.value == "percent")
    rule.encoding = ListEncoding::percent;
  else if (setting.value == "none")
    rule.encoding = ListEncoding::none;
  else
    throw bad(setting, "percent or none");
}

void read_value(FaultRule& rule, const Setting& setting) {
  switch (rule.kind) {
    case FaultKind::latency:
      return read_latency(rule, setting);
    case FaultKind::trickle:
      rule.low = duration_of(setting);
      return;
    case FaultKind::upload_bandwidth:
    case FaultKind::download_bandwidth:
    case FaultKind::overlong:
      rule.number = bytes_of(setting);
      return;
    case FaultKind::error:
    case FaultKind::late_error:
    case FaultKind::error_in_200:
      return read_error(rule, setting);
    case FaultKind::wrong_region:
      return read_region_status(rule, setting);
    case FaultKind::clock_skew:
      return read_skew(rule, setting);
    case FaultKind::reset:
    case FaultKind::close:
    case FaultKind::stall:
      rule.place = place_of(setting);
      return;
    case FaultKind::list_page_size:
      rule.number = number_of(setting, 0, 1000);
      return;
    case FaultKind::list_encoding:
      return read_encoding(rule, setting);
    default:
      throw bad(setting, "expected: this fault takes no value");
  }
}

/// Sets what any kind takes; false if `setting` is none of it.
bool read_when(FaultWhen& when, const Setting& setting) {
  if (setting.name == "rate")
    when.rate = share_of(setting);
  else if (setting.name == "key")
    when.key_prefix = setting.value;
  else if (setting.name == "page")
    when.page = count_of(setting, 1);
  else if (setting.name == "skip")
    when.skip = count_of(setting, 0);
  else if (setting.name == "every")
    when.every = count_of(setting, 1);
  else if (setting.name == "count")
    when.count = count_of(setting, 0);
  else if (setting.name == "after")
    when.after = duration_of(setting);
  else if (setting.name == "for")
    when.for_time = duration_of(setting);
  else if (setting.name == "seed")
    when.seed = number_of(setting, 0, ~std::uint64_t{0});
  else
    return false;
  return true;
}

bool read_extra(FaultRule& rule, const Setting& setting) {
  const bool ends = info_of(rule.kind).slot == FaultSlot::end;
  const bool fails = rule.kind == FaultKind::error || rule.kind == FaultKind::late_error;
  if (setting.name == "at" && ends)
    rule.at = bytes_of(setting);
  else if (setting.name == "retry-after" && fails)
    rule.retry_after = static_cast<int>(number_of(setting, 0, 86'400));
  else if (setting.name == "region" && rule.kind == FaultKind::wrong_region)
    rule.region = setting.value;
  else
    return false;
  return true;
}

/// The first item, "KIND=VALUE" or one of the short forms.
FaultRule begin_rule(const Setting& setting) {
  FaultRule rule;
  if (setting.name == "error-rate" || setting.name == "slowdown-rate") {
    rule.kind = FaultKind::error;
    rule.code = setting.name == "error-rate" ? "InternalError" : "SlowDown";
    rule.when.rate = share_of(setting);
    return rule;
  }
  const auto kind = fault_kind_named(setting.name);
  if (!kind)
    throw Error(ErrorCode::invalid_input, "read fault", std::string(setting.name),
                "there is no such fault");
  rule.kind = *kind;
  if (setting.value == "off")
    rule.when.count = 0;
  else if (!info_of(*kind).value.empty() || !setting.value.empty())
    read_value(rule, setting);
  if (*kind == FaultKind::expired_token && !rule.when.count) rule.when.count = 1;
  return rule;
}

}  // namespace

bool FaultRule::off() const {
  const bool no_time = (kind == FaultKind::latency && high == Duration::zero()) ||
                       (kind == FaultKind::trickle && low == Duration::zero());
  const bool no_number =
      number == 0 &&
      (kind == FaultKind::upload_bandwidth || kind == FaultKind::download_bandwidth ||
       kind == FaultKind::overlong || kind == FaultKind::list_page_size);
  return when.rate <= 0 || when.count == 0 || no_time || no_number;
}

FaultRule parse_fault(std::string_view text) {
  auto comma = text.find(',');
  auto rule = begin_rule(setting_of(text.substr(0, comma)));
  rule.text = text;
  OperationSet named = 0;
  while (comma != std::string_view::npos) {
    text.remove_prefix(comma + 1);
    comma = text.find(',');
    const auto setting = setting_of(text.substr(0, comma));
    if (setting.name == "op")
      named |= operations_of(setting);
    else if (!read_when(rule.when, setting) && !read_extra(rule, setting))
      throw Error(ErrorCode::invalid_input, "read fault", std::string(setting.name),
                  fmt::format("'{}' takes no such setting", info_of(rule.kind).name));
  }
  rule.when.operations = named != 0 ? named : info_of(rule.kind).operations;
  return rule;
}

}  // namespace sluice::lab
