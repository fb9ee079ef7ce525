#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "faults/plan.hpp"

namespace sluice::lab {

/// What a server has seen; plain counters of the one loop thread.
struct ConnectionCounts {
  std::uint64_t opened = 0;
  std::uint64_t open = 0;
  std::uint64_t most_open = 0;
  std::uint64_t tls_handshakes = 0;  ///< That succeeded.
  std::uint64_t bytes_in = 0;        ///< Wire bytes without TLS.
  std::uint64_t bytes_out = 0;

  void on_open();
  void on_close() { --open; }
};

/// Requests by operation and answers by status; what tests assert on ("no hidden HEAD").
struct RequestCounts {
  std::uint64_t total = 0;
  std::map<std::string, std::uint64_t, std::less<>> by_operation;
  std::map<int, std::uint64_t> by_status;
  std::map<std::string, std::uint64_t, std::less<>> by_error;  ///< S3 error codes.

  void on_request(std::string_view operation);
  void on_answer(int status) { ++by_status[status]; }
  void on_error(std::string_view code);
};

/// CPU seconds of this process.
struct CpuTime {
  double user = 0;
  double system = 0;
  static CpuTime now();
};

struct Stats {
  ConnectionCounts connections;
  RequestCounts requests;
  FaultCounts faults;
  CpuTime cpu_before;  ///< At the last reset.

  void reset();  ///< Zero everything but the connections that are open now, and the peak RSS.
  std::string json() const;  ///< One object on one line.
};

}  // namespace sluice::lab
