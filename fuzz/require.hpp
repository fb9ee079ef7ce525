#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends the process, which is what a fuzzer takes for a finding.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}
