#include "sftp/fault.hpp"

#include <utility>

#include "faults/fault_text.hpp"

namespace sluice::lab {
namespace {

void set_kind(SftpFault& fault, const FaultText& text) {
  const auto [name, value] = std::pair(text.kind, text.value);
  if (name == "status") {
    fault.kind = SftpFaultKind::status;
    fault.status = static_cast<std::uint32_t>(text.number(value));
  } else if (name == "cut") {
    fault.kind = SftpFaultKind::cut;
    if (value != "before" && value != "after") text.refuse("cut=before or cut=after");
    fault.after = value == "after";
  } else if (name == "silence") {
    fault.kind = SftpFaultKind::silence;
  } else if (name == "short") {
    fault.kind = SftpFaultKind::short_data;
    fault.bytes = static_cast<std::size_t>(text.number(value));
  } else if (name == "unknown-id") {
    fault.kind = SftpFaultKind::unknown_id;
  } else if (name == "wrong-type") {
    fault.kind = SftpFaultKind::wrong_type;
  } else if (name == "oversize") {
    fault.kind = SftpFaultKind::oversize;
  } else if (name == "name") {
    fault.kind = SftpFaultKind::bad_name;
    fault.name = FaultText::decoded(value);
  } else if (name == "bare-names") {
    fault.kind = SftpFaultKind::bare_names;
  } else {
    text.refuse("there is no such fault");
  }
}

}  // namespace

SftpFault parse_sftp_fault(std::string_view text) {
  SftpFault fault;
  const FaultText parts = take_fault_apart(text);
  set_kind(fault, parts);
  for (const auto& [key, given] : parts.settings) {
    if (key == "op") {
      fault.operation = given;
    } else if (key == "skip") {
      fault.turns.skip = parts.number(given);
    } else if (key == "count") {
      fault.turns.count = parts.number(given);
    } else {
      parts.refuse("a setting is op=, skip= or count=");
    }
  }
  return fault;
}

const SftpFault* SftpFaults::strike(std::string_view operation) {
  const SftpFault* struck = nullptr;
  for (SftpFault& fault : faults_) {
    if (!fault.operation.empty() && fault.operation != operation) continue;
    const bool due = fault.turns.take();
    if (due && !struck) struck = &fault;
  }
  return struck;
}

}  // namespace sluice::lab
