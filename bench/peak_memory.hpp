#pragma once

#include <fstream>
#include <limits>
#include <string>

/// The most memory that this program held, in KiB. (getrusage counts what its parent held when it
/// forked.)
inline long peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib;
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}
