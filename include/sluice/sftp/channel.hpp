#pragma once

#include <cstddef>
#include <string>

#include "sluice/async/task.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::sftp {

/// The way to an SFTP server and back: a channel of SSH, a child's pipes. One reader and one writer
/// at a time, which may be at work at once. Lives on the loop.
class Channel {
 public:
  virtual ~Channel() = default;
  /// At least one byte; 0 is the end. Throws Error{network, cancelled}, and what the way itself
  /// can say of its failure (unauthenticated, permission_denied, ...).
  virtual Task<std::size_t> read(MutableBytes buffer) = 0;
  /// All of them. Throws as read() does.
  virtual Task<> write(Bytes bytes) = 0;
  /// Ends both directions: what waits in them fails.
  virtual void shut() = 0;
  /// Waits until nothing of it is left (a child has ended). After shut().
  virtual Task<> close() = 0;
};

}  // namespace sluice::sftp
