// The only place that touches the process's environment.
#include <unistd.h>

#include <csignal>

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

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE,
              SIG_IGN);  // a closed pipe is an error of the write, not the end of the process
  sluice::cli::Invocation invocation;
  invocation.arguments.assign(argv + 1, argv + argc);
  invocation.environment = environment();
  invocation.terminal = ::isatty(STDERR_FILENO) == 1;
  return sluice::cli::run(invocation);
}
