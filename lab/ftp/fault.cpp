#include "ftp/fault.hpp"

#include <algorithm>
#include <array>

namespace sluice::lab {
namespace {

enum class Wants : std::uint8_t { nothing, text, bytes };

struct KindInfo {
  std::string_view name;
  FtpFaultKind kind;
  Wants wants;
};

constexpr std::array<KindInfo, 15> kinds = {{
    {"answer", FtpFaultKind::answer, Wants::text},
    {"argument", FtpFaultKind::argument, Wants::text},
    {"before", FtpFaultKind::before, Wants::text},
    {"last", FtpFaultKind::last, Wants::text},
    {"behind", FtpFaultKind::behind, Wants::text},
    {"early", FtpFaultKind::early, Wants::text},
    {"silence", FtpFaultKind::silence, Wants::nothing},
    {"address", FtpFaultKind::address, Wants::text},
    {"refuse", FtpFaultKind::refuse, Wants::nothing},
    {"short", FtpFaultKind::shorten, Wants::bytes},
    {"reset", FtpFaultKind::reset, Wants::bytes},
    {"stall", FtpFaultKind::stall, Wants::bytes},
    {"line", FtpFaultKind::line, Wants::text},
    {"no-farewell", FtpFaultKind::no_farewell, Wants::nothing},
    {"need-reuse", FtpFaultKind::need_reuse, Wants::nothing},
}};

void set_kind(FtpFault& fault, const FaultText& text) {
  if (text.kind.name == "cut") {
    if (text.kind.value != "before" && text.kind.value != "after")
      text.refuse("cut=before or cut=after");
    fault.kind = text.kind.value == "after" ? FtpFaultKind::cut_after : FtpFaultKind::cut_before;
    return;
  }
  const auto found = std::ranges::find(kinds, text.kind.name, &KindInfo::name);
  if (found == kinds.end()) text.refuse("there is no such fault");
  fault.kind = found->kind;
  if (found->wants == Wants::text) fault.text = decoded_text(text.kind);
  if (found->wants == Wants::bytes) fault.bytes = count_of(text.kind, 0);
}

bool is_in_time(const FtpFault& fault, std::string_view verb, std::size_t sessions) {
  if (!fault.operation.empty() && fault.operation != verb) return false;
  return sessions > fault.above;
}

}  // namespace

FtpFault parse_ftp_fault(std::string_view text) {
  FtpFault fault;
  const FaultText parts = take_fault_apart(text);
  set_kind(fault, parts);
  for (const Setting& setting : parts.settings) {
    if (setting.name == "op") {
      fault.operation = setting.value;
    } else if (setting.name == "above") {
      fault.above = static_cast<std::size_t>(count_of(setting, 0));
    } else if (!fault.turns.read(setting)) {
      parts.refuse("a setting is op=, skip=, count= or above=");
    }
  }
  return fault;
}

const FtpFault* FtpStrike::find(FtpFaultKind kind) const {
  const auto found = std::ranges::find(faults_, kind, &FtpFault::kind);
  return found == faults_.end() ? nullptr : &*found;
}

std::optional<std::uint64_t> FtpStrike::bytes(FtpFaultKind kind) const {
  const FtpFault* const fault = find(kind);
  return fault ? std::optional(fault->bytes) : std::nullopt;
}

std::string FtpStrike::opening(bool first) const {
  const FtpFault* const before = first ? find(FtpFaultKind::before) : nullptr;
  return before ? before->text + "\r\n" : "";
}

std::string FtpStrike::preliminary(std::string reply, bool first) const {
  std::string told = opening(first) + std::move(reply);
  if (const FtpFault* const early = find(FtpFaultKind::early)) told += early->text + "\r\n";
  return told;
}

std::string FtpStrike::final(std::string reply, bool first) const {
  const bool said_already = !first && has(FtpFaultKind::early);
  if (said_already || has(FtpFaultKind::silence) || has(FtpFaultKind::cut_after)) return "";
  const FtpFault* const last = find(FtpFaultKind::last);
  std::string told = opening(first) + (last ? last->text + "\r\n" : std::move(reply));
  if (const FtpFault* const behind = find(FtpFaultKind::behind)) told += behind->text + "\r\n";
  return told;
}

FtpStrike FtpFaults::strike(std::string_view verb, std::size_t sessions) {
  std::vector<FtpFault> due;
  for (FtpFault& fault : faults_) {
    if (is_in_time(fault, verb, sessions) && fault.turns.take()) due.push_back(fault);
  }
  struck_ += due.size();
  return FtpStrike(std::move(due));
}

}  // namespace sluice::lab
