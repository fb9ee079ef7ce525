#include "sftp/fault.hpp"

#include <charconv>
#include <utility>

#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {
namespace {

[[noreturn]] void refuse(std::string_view text, const char* reason) {
  throw Error(ErrorCode::invalid_input, "read fault", std::string(text), reason);
}

std::uint64_t number_in(std::string_view value, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (failed != std::errc() || end != value.data() + value.size())
    refuse(text, "a number is wanted");
  return number;
}

std::pair<std::string_view, std::string_view> split(std::string_view text, char at) {
  const std::size_t place = text.find(at);
  if (place == std::string_view::npos) return {text, {}};
  return {text.substr(0, place), text.substr(place + 1)};
}

void set_kind(SftpFault& fault, std::string_view name, std::string_view value,
              std::string_view text) {
  if (name == "status") {
    fault.kind = SftpFaultKind::status;
    fault.status = static_cast<std::uint32_t>(number_in(value, text));
  } else if (name == "cut") {
    fault.kind = SftpFaultKind::cut;
    if (value != "before" && value != "after") refuse(text, "cut=before or cut=after");
    fault.after = value == "after";
  } else if (name == "silence") {
    fault.kind = SftpFaultKind::silence;
  } else if (name == "short") {
    fault.kind = SftpFaultKind::short_data;
    fault.bytes = static_cast<std::size_t>(number_in(value, text));
  } else if (name == "unknown-id") {
    fault.kind = SftpFaultKind::unknown_id;
  } else if (name == "wrong-type") {
    fault.kind = SftpFaultKind::wrong_type;
  } else if (name == "oversize") {
    fault.kind = SftpFaultKind::oversize;
  } else if (name == "name") {
    fault.kind = SftpFaultKind::bad_name;
    fault.name = codec::percent_decode(value, codec::Plus::literal).value_or(std::string(value));
  } else if (name == "bare-names") {
    fault.kind = SftpFaultKind::bare_names;
  } else {
    refuse(text, "there is no such fault");
  }
}

}  // namespace

SftpFault parse_sftp_fault(std::string_view text) {
  SftpFault fault;
  auto [kind, settings] = split(text, ',');
  const auto [name, value] = split(kind, '=');
  set_kind(fault, name, value, text);
  while (!settings.empty()) {
    const auto [setting, rest] = split(settings, ',');
    const auto [key, given] = split(setting, '=');
    if (key == "op") {
      fault.operation = given;
    } else if (key == "skip") {
      fault.skip = number_in(given, text);
    } else if (key == "count") {
      fault.count = number_in(given, text);
    } else {
      refuse(text, "a setting is op=, skip= or count=");
    }
    settings = rest;
  }
  return fault;
}

SftpFaults::SftpFaults(std::vector<SftpFault> faults) {
  for (SftpFault& fault : faults)
    rules_.push_back({std::move(fault)});
}

const SftpFault* SftpFaults::strike(std::string_view operation) {
  const SftpFault* struck = nullptr;
  for (Rule& rule : rules_) {
    if (!rule.fault.operation.empty() && rule.fault.operation != operation) continue;
    const std::uint64_t at = rule.matched++;
    const bool due = at >= rule.fault.skip && at - rule.fault.skip < rule.fault.count;
    if (due && !struck) struck = &rule.fault;
  }
  return struck;
}

}  // namespace sluice::lab
