#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <string>
#include <vector>

#include "sluice/async/child_process.hpp"

namespace sluice {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

/// Both ends of a pipe; those that are not taken are closed.
class Pipe {
 public:
  Pipe();
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe();

  int reader() const { return reader_; }
  int writer() const { return writer_; }
  int take_reader() { return std::exchange(reader_, -1); }
  int take_writer() { return std::exchange(writer_, -1); }
  void close_reader();
  void close_writer();

 private:
  int reader_ = -1, writer_ = -1;
};

/// The descriptors that a child gets; -1 for its input is /dev/null.
struct ChildStreams {
  int input = -1, output = -1, error = -1;
};

/// Starts the program in a process group of its own. Throws Error{not_found, permission_denied,
/// ...}.
pid_t start_child(const ChildOptions& options, ChildStreams streams);

/// A child of ours by its pidfd. Destroyed before it ended (only if an exception passes), it is
/// killed and reaped.
class Child {
 public:
  Child(Executor executor, pid_t pid);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  void signal_group(int number) const;
  Task<> ended();
  /// After ended(): its wait status.
  int reap();

 private:
  void reap_now();

  pid_t pid_;
  Descriptor descriptor_;
};

/// SIGTERM to its group, SIGKILL after `grace`; returns when it has ended. The caller has switched
/// its cancellation off.
Task<> stop_child(Child& child, Duration grace);

}  // namespace sluice
