#pragma once

#include <memory>
#include <string>

#include "sluice/async/child_process.hpp"

namespace sluice {

/// A program whose standard input we write and whose standard output we read, while its standard
/// error is kept (its last ChildOptions::output_limit bytes). Lives on the loop; close() it before
/// it goes.
class ChildStream {
 public:
  /// Throws Error{not_found, permission_denied} if the program cannot be started.
  ChildStream(Runtime& runtime, ChildOptions options);
  ~ChildStream();
  ChildStream(const ChildStream&) = delete;
  ChildStream& operator=(const ChildStream&) = delete;

  /// At least one byte; 0 is the end. One reader at a time. Throws Error{network, cancelled}.
  Task<std::size_t> read(MutableBytes buffer);
  /// All of them. One writer at a time. Throws Error{network} if the child reads no more,
  /// Error{cancelled}.
  Task<> write(Bytes bytes);
  /// What it has said on standard error so far.
  const std::string& said() const;
  /// Closes both pipes; what waits in them fails, and a child that minds its input ends.
  void shut();
  /// Waits until the child has ended; one that does not within `grace` gets SIGTERM, then SIGKILL.
  /// After shut(), or when the child ended by itself.
  Task<ChildResult> close(Duration grace);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice
