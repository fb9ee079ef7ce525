#pragma once

#include <cstdint>
#include <string>

namespace sluice {

/// Tells one process from all others, also from a later one with the same number.
struct ProcessIdentity {
  std::string host;
  std::string boot_id;        ///< /proc/sys/kernel/random/boot_id: changes with each start.
  std::string pid_namespace;  ///< /proc/self/ns/pid: containers number their own processes.
  std::int64_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< Since boot, /proc/<pid>/stat field 22.

  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};

/// This process. Reads files below /proc.
ProcessIdentity this_process();
/// Whether `owner` has certainly ended. False where that cannot be known: another host, or a
/// namespace whose processes are not to be seen from here.
bool is_gone(const ProcessIdentity& owner, const ProcessIdentity& observer);

}  // namespace sluice
