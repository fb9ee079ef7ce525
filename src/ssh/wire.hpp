#pragma once

#include <cstddef>
#include <memory>

#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::net {
class Stream;
}

namespace sluice::ssh {

/// What SSH's packets travel on: a TCP connection, or a test's script. One reader and one writer at
/// a time, which may be at work at once. Lives on the loop.
class Wire {
 public:
  virtual ~Wire() = default;
  /// At least one byte; the end is an error. Throws Error{network, cancelled}.
  virtual Task<std::size_t> read(MutableBytes buffer) = 0;
  /// All of them. Throws Error{network, cancelled}.
  virtual Task<> write(Bytes bytes) = 0;
  /// Closes it: what waits fails.
  virtual void shut() = 0;
};

std::unique_ptr<Wire> make_stream_wire(std::unique_ptr<net::Stream> stream);

}  // namespace sluice::ssh
