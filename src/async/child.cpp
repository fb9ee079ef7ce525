#include "async/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"

extern char** environ;

namespace sluice {
namespace {

void close_end(int& end) {
  if (end >= 0) ::close(end);
  end = -1;
}

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

  SpawnSettings(const ChildOptions& options, ChildStreams streams) {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    if (streams.input < 0) {
      posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    } else {
      posix_spawn_file_actions_adddup2(&actions, streams.input, STDIN_FILENO);
    }
    posix_spawn_file_actions_adddup2(&actions, streams.output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, streams.error, STDERR_FILENO);
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

}  // namespace

Pipe::Pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw error_from_errno(errno, "create", "pipe");
  reader_ = ends[0];
  writer_ = ends[1];
}

Pipe::~Pipe() {
  close_reader();
  close_writer();
}

void Pipe::close_reader() {
  close_end(reader_);
}

void Pipe::close_writer() {
  close_end(writer_);
}

pid_t start_child(const ChildOptions& options, ChildStreams streams) {
  if (options.arguments.empty())
    throw Error(ErrorCode::invalid_input, "run", "", "the command is empty");
  const SpawnSettings settings(options, streams);
  std::vector<std::string> words = options.arguments, settings_of_child = options.environment;
  std::vector<char*> arguments = pointers(words);
  std::vector<char*> variables = pointers(settings_of_child);
  pid_t pid = -1;
  const int result =
      posix_spawnp(&pid, arguments[0], &settings.actions, &settings.attributes, arguments.data(),
                   options.environment.empty() ? environ : variables.data());
  if (result != 0) throw error_from_errno(result, "run", options.arguments[0]);
  return pid;
}

Child::Child(Executor executor, pid_t pid) : pid_(pid), descriptor_(std::move(executor)) {
  const int handle = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) {
    const int number = errno;
    reap_now();
    throw error_from_errno(number, "watch", "child process");
  }
  descriptor_.assign(handle);
}

Child::~Child() {
  if (pid_ > 0) reap_now();
}

void Child::signal_group(int number) const {
  ::kill(-pid_, number);
}

Task<> Child::ended() {
  boost::system::error_code result;
  co_await descriptor_.async_wait(Descriptor::wait_read, asio::redirect_error(use_task, result));
  if (result) throw error_from(result, "wait for", "child process");
}

int Child::reap() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return status;
}

void Child::reap_now() {
  signal_group(SIGKILL);
  reap();
}

Task<> stop_child(Child& child, Duration grace) {
  child.signal_group(SIGTERM);
  bool stopped = true;
  try {
    const SteadyTime limit =
        std::chrono::steady_clock::now() + std::chrono::duration_cast<SteadyTime::duration>(grace);
    co_await with_deadline(limit, "the command's grace period", child.ended());
  } catch (const Error&) {
    stopped = false;
  }
  if (stopped) co_return;
  child.signal_group(SIGKILL);
  co_await child.ended();
}

}  // namespace sluice
