#include "sluice/async/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <cstring>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/task_group.hpp"

extern char** environ;

namespace sluice {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

struct Pipe {
  int reader = -1, writer = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) throw error_from_errno(errno, "create", "pipe");
    reader = ends[0];
    writer = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    if (reader >= 0) ::close(reader);
    close_writer();
  }
  void close_writer() {
    if (writer >= 0) ::close(writer);
    writer = -1;
  }
  int take_reader() { return std::exchange(reader, -1); }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

struct SpawnSettings {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnSettings(const ChildOptions& options, const Pipe& out, const Pipe& err) {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out.writer, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err.writer, STDERR_FILENO);
    if (!options.directory.empty())
      posix_spawn_file_actions_addchdir_np(&actions, options.directory.c_str());
    sigset_t none, pipe_signal;
    sigemptyset(&none);
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &pipe_signal);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

pid_t start(ChildOptions& options, const Pipe& out, const Pipe& err) {
  if (options.arguments.empty())
    throw Error(ErrorCode::invalid_input, "run", "", "the command is empty");
  const SpawnSettings settings(options, out, err);
  std::vector<char*> arguments = pointers(options.arguments);
  std::vector<char*> variables = pointers(options.environment);
  pid_t pid = -1;
  const int result =
      posix_spawnp(&pid, arguments[0], &settings.actions, &settings.attributes, arguments.data(),
                   options.environment.empty() ? environ : variables.data());
  if (result != 0) throw error_from_errno(result, "run", options.arguments[0]);
  return pid;
}

// A child of ours by its pidfd. Destroyed before it ended (only if an exception passes), it is
// killed and reaped.
class Child {
 public:
  Child(Executor executor, pid_t pid) : pid_(pid), descriptor_(std::move(executor)) {
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    if (handle < 0) {
      const int number = errno;
      reap_now();
      throw error_from_errno(number, "watch", "child process");
    }
    descriptor_.assign(handle);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) reap_now();
  }

  void signal_group(int number) const { ::kill(-pid_, number); }

  Task<> ended() {
    boost::system::error_code result;
    co_await descriptor_.async_wait(Descriptor::wait_read, asio::redirect_error(use_task, result));
    if (result) throw error_from(result, "wait for", "child process");
  }

  int reap() {
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return status;
  }

 private:
  void reap_now() {
    signal_group(SIGKILL);
    reap();
  }

  pid_t pid_;
  Descriptor descriptor_;
};

enum class Keep : bool { beginning, end };

// Reads until the end, keeping `limit` bytes; the rest is read and dropped so that the child does
// not block.
Task<> collect(Executor executor, int reader, std::size_t limit, Keep keep, std::string* kept) {
  Descriptor pipe(executor, reader);
  std::array<char, 4096> buffer;
  for (;;) {
    boost::system::error_code result;
    const std::size_t count =
        co_await pipe.async_read_some(asio::buffer(buffer), asio::redirect_error(use_task, result));
    if (result)
      co_return;  // the end of the pipe, or the group was cancelled after the child had ended
    kept->append(buffer.data(), count);
    if (kept->size() <= limit) continue;
    if (keep == Keep::beginning) {
      kept->resize(limit);
    } else {
      kept->erase(0, kept->size() - limit);
    }
  }
}

// Waits for the end; on cancellation or at the deadline, asks the child's group to stop and then
// makes it.
Task<std::exception_ptr> wait_or_stop(Child& child, OpContext context, Duration grace) {
  std::exception_ptr thrown;
  try {
    co_await with_deadline(context.deadline, "the command", child.ended());
  } catch (...) {
    thrown = std::current_exception();
  }
  if (!thrown) co_return nullptr;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  child.signal_group(SIGTERM);
  bool stopped = true;
  try {
    const SteadyTime limit =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(grace);
    co_await with_deadline(limit, "the command's grace period", child.ended());
  } catch (const Error&) {
    stopped = false;
  }
  if (!stopped) {
    child.signal_group(SIGKILL);
    co_await child.ended();
  }
  co_return thrown;
}

}  // namespace

Task<ChildResult> run_child(Runtime& runtime, OpContext context, ChildOptions options) {
  const Executor executor = runtime.executor();
  Pipe out, err;
  Child child(executor, start(options, out, err));
  out.close_writer();
  err.close_writer();

  ChildResult result;
  TaskGroup readers(executor);
  readers.spawn(collect(executor, out.take_reader(), options.output_limit, Keep::beginning,
                        &result.standard_output));
  readers.spawn(collect(executor, err.take_reader(), options.output_limit, Keep::end,
                        &result.standard_error));
  std::exception_ptr stopped;
  try {
    stopped = co_await wait_or_stop(child, context, options.grace);
  } catch (...) {
    stopped = std::current_exception();
  }
  // A grandchild may keep the pipes open after the child's end: give the last words a moment, then
  // stop reading.
  try {
    const SteadyTime limit =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(stopped ? 0 : 200);
    co_await with_deadline(limit, "the command's output", readers.join());
  } catch (const Error& error) {
    context.log.debug("The command's output was left open", {{"error", error.what()}});
  }
  const int status = child.reap();
  if (stopped) std::rethrow_exception(stopped);
  if (WIFEXITED(status)) {
    result.exit_code = WEXITSTATUS(status);
  } else {
    result.signal = WTERMSIG(status);
  }
  co_return result;
}

}  // namespace sluice
