#include "sftp/fault.hpp"

#include "faults/fault_text.hpp"

namespace sluice::lab {
namespace {

void set_kind(SftpFault& fault, const FaultText& text) {
  const auto [name, value] = text.kind;
  if (name == "status") {
    fault.kind = SftpFaultKind::status;
    fault.status = static_cast<std::uint32_t>(number_of(text.kind, 0, UINT32_MAX));
  } else if (name == "cut") {
    fault.kind = SftpFaultKind::cut;
    if (value != "before" && value != "after") text.refuse("cut=before or cut=after");
    fault.after = value == "after";
  } else if (name == "silence") {
    fault.kind = SftpFaultKind::silence;
  } else if (name == "short") {
    fault.kind = SftpFaultKind::short_data;
    fault.bytes = static_cast<std::size_t>(count_of(text.kind, 0));
  } else if (name == "unknown-id") {
    fault.kind = SftpFaultKind::unknown_id;
  } else if (name == "wrong-type") {
    fault.kind = SftpFaultKind::wrong_type;
  } else if (name == "oversize") {
    fault.kind = SftpFaultKind::oversize;
  } else if (name == "name") {
    fault.kind = SftpFaultKind::bad_name;
    fault.name = decoded_text(text.kind);
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
  for (const Setting& setting : parts.settings) {
    if (setting.name == "op") {
      fault.operation = setting.value;
    } else if (!fault.turns.read(setting)) {
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
