// The only place that touches the process's environment.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "cli/program.hpp"

namespace {

sluice::Environment environment() {
  std::map<std::string, std::string, std::less<>> variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos)
      variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return sluice::Environment(std::move(variables));
}

// A standard descriptor that is closed would be given to the next file that is opened, which would
// then be read as input, or written to by a message.
void hold_standard_descriptors() {
  for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // The wrong way round, so that using it fails. The lowest free number is this one.
    if (::open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY) != descriptor)
      std::_Exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  hold_standard_descriptors();
  std::signal(SIGPIPE,
              SIG_IGN);  // a closed pipe is an error of the write, not the end of the process
  sluice::cli::Invocation invocation;
  invocation.arguments.assign(argv + 1, argv + argc);
  invocation.environment = environment();
  invocation.terminal = ::isatty(STDERR_FILENO) == 1;
  return sluice::cli::run(invocation);
}
