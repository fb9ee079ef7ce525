#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::cli {

/// Whether a name on the command line is standard input or output.
inline bool is_stream(std::string_view name) {
  return name == "-";
}

using StopRequested = std::function<bool()>;

/// The bytes of standard input ("-") or of a file. Read on a thread of its own, since a pipe may
/// stay silent for hours: neither the loop nor the disk lane waits with it, and a stop or a
/// cancellation is noticed within a fraction of a second.
class InputReader {
 public:
  InputReader(Runtime& runtime, std::string name, StopRequested stop_requested);
  ~InputReader();
  InputReader(const InputReader&) = delete;
  InputReader& operator=(const InputReader&) = delete;

  /// The next bytes, valid until the next call; empty at the end, or when a stop was requested (ask
  /// whether it was before taking the bytes for the whole). Throws Error naming the input.
  Task<Bytes> next();
  bool stopped() const { return stop_requested_(); }

 private:
  std::optional<std::size_t> fill();

  int file_;
  std::string name_;
  StopRequested stop_requested_;
  LaneThread thread_;
  Lane lane_;
  std::vector<std::byte> buffer_;
  bool ended_ = false;
};

/// Standard output, written on a thread of its own, since a pipe may be full for hours.
class OutputWriter {
 public:
  OutputWriter(Runtime& runtime, StopRequested stop_requested);

  /// Returns when all is written. Throws Error{cancelled} when a stop was requested meanwhile.
  Task<> write(Bytes bytes);

 private:
  StopRequested stop_requested_;
  LaneThread thread_;
  Lane lane_;
};

}  // namespace sluice::cli
