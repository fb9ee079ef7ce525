#include "webdav/fault.hpp"

#include <algorithm>

#include "faults/setting.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::lab {
namespace {

void end_wire(WebdavFault& fault, const Setting& setting, WireEnd how) {
  fault.wire.end = how;
  fault.wire.place = place_of(setting);
}

void read_status(WebdavFault& fault, const Setting& setting, WebdavFaultKind kind) {
  fault.kind = kind;
  fault.status = static_cast<int>(number_of(setting, 200, 599));
}

/// False if `setting` is none of those that break the wire.
bool read_wire(WebdavFault& fault, const Setting& setting) {
  if (setting.name == "reset") {
    end_wire(fault, setting, WireEnd::reset);
  } else if (setting.name == "close") {
    end_wire(fault, setting, WireEnd::close);
  } else if (setting.name == "stall") {
    end_wire(fault, setting, WireEnd::stall);
  } else if (setting.name == "latency") {
    fault.wire.delay = duration_of(setting);
  } else if (setting.name == "no-continue") {
    fault.wire.no_continue = true;
  } else {
    return false;
  }
  return true;
}

void read_kind(WebdavFault& fault, const Setting& setting) {
  using Kind = WebdavFaultKind;
  if (read_wire(fault, setting)) return;
  if (setting.name == "status") {
    read_status(fault, setting, Kind::status);
  } else if (setting.name == "late-status") {
    read_status(fault, setting, Kind::late_status);
  } else if (setting.name == "redirect") {
    fault.kind = Kind::redirect;
    fault.location = setting.value;
  } else if (setting.name == "truncate") {
    fault.kind = Kind::truncate;
    fault.bytes = bytes_of(setting);
  } else if (setting.name == "ignore-range") {
    fault.kind = Kind::ignore_range;
  } else if (setting.name == "wrong-range") {
    fault.kind = Kind::wrong_range;
  } else if (setting.name == "xml") {
    fault.kind = Kind::xml;
    const auto xml = xml_fault_named(setting.value);
    if (!xml) throw bad(setting, "what can be wrong with a listing");
    fault.xml = *xml;
  } else if (setting.name == "stale-nonce") {
    fault.kind = Kind::stale_nonce;
  } else if (setting.name == "keep-destination") {
    fault.kind = Kind::keep_destination;
  } else {
    throw Error(ErrorCode::invalid_input, "read fault", std::string(setting.name),
                "there is no such fault");
  }
}

std::vector<std::string> methods_of(std::string_view names) {
  std::vector<std::string> methods;
  for (bool more = true; more;) {
    const auto end = names.find('|');
    methods.emplace_back(names.substr(0, end));
    more = end != std::string_view::npos;
    if (more) names.remove_prefix(end + 1);
  }
  return methods;
}

codec::Glob glob_of(std::string_view pattern) {
  return codec::Glob(pattern, {.dot = true, .nonegate = true, .nocomment = true});
}

void read_setting(WebdavFault& fault, const Setting& setting) {
  const bool fails =
      fault.kind == WebdavFaultKind::status || fault.kind == WebdavFaultKind::late_status;
  if (setting.name == "op") {
    fault.methods = methods_of(setting.value);
  } else if (setting.name == "path") {
    fault.path = glob_of(setting.value);
  } else if (setting.name == "depth") {
    fault.depth = setting.value;
  } else if (setting.name == "skip") {
    fault.skip = count_of(setting, 0);
  } else if (setting.name == "count") {
    fault.count = count_of(setting, 1);
  } else if (setting.name == "retry-after" && fails) {
    fault.retry_after = static_cast<int>(number_of(setting, 0, 86'400));
  } else if (setting.name == "at" && fault.wire.end != WireEnd::none) {
    fault.wire.at = bytes_of(setting);
  } else {
    throw Error(ErrorCode::invalid_input, "read fault", std::string(setting.name),
                "this fault takes no such setting");
  }
}

std::string shown_path(std::string_view path) {
  std::string decoded =
      codec::percent_decode(path, codec::Plus::literal).value_or(std::string(path));
  if (decoded.ends_with('/')) decoded.pop_back();
  if (decoded.starts_with('/')) decoded.erase(0, 1);
  return decoded;
}

bool matches(const WebdavFault& fault, const WebdavRequest& request) {
  if (!fault.methods.empty() &&
      std::ranges::find(fault.methods, request.method) == fault.methods.end())
    return false;
  if (!fault.depth.empty() && fault.depth != request.depth) return false;
  return !fault.path || fault.path->matches(shown_path(request.path));
}

}  // namespace

bool WebdavFault::answers_itself() const {
  return kind == WebdavFaultKind::status || kind == WebdavFaultKind::redirect;
}

WebdavFault parse_webdav_fault(std::string_view text) {
  WebdavFault fault;
  read_kind(fault, take_setting(text));
  while (!text.empty())
    read_setting(fault, take_setting(text));
  return fault;
}

WebdavFaults::WebdavFaults(std::vector<WebdavFault> faults) {
  for (WebdavFault& fault : faults)
    rules_.push_back({.fault = std::move(fault)});
}

const WebdavFault* WebdavFaults::strike(const WebdavRequest& request) {
  Rule* due = nullptr;
  for (Rule& rule : rules_) {
    if (!matches(rule.fault, request)) continue;
    const std::uint64_t at = rule.matched++;
    const bool strikes = at >= rule.fault.skip && at - rule.fault.skip < rule.fault.count;
    if (strikes && !due) due = &rule;
  }
  if (!due) return nullptr;
  ++due->struck;
  return &due->fault;
}

std::vector<std::uint64_t> WebdavFaults::struck() const {
  std::vector<std::uint64_t> counts;
  counts.reserve(rules_.size());
  for (const Rule& rule : rules_)
    counts.push_back(rule.struck);
  return counts;
}

}  // namespace sluice::lab
