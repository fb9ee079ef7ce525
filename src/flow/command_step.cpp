#include <fmt/format.h>

#include <memory>

#include "command_words.hpp"
#include "sluice/async/child_process.hpp"
#include "sluice/flow/processing_workflow.hpp"

namespace sluice {
namespace {

std::vector<std::string> arguments_for(const CommandStep& command, const LocalFile& in,
                                       const LocalFile& out) {
  const std::string& path = in.info.path;
  Replacements values = {{"in", in.path.string()},
                         {"out", out.path.string()},
                         {"path", path},
                         {"name", path.substr(path.rfind('/') + 1)}};
  if (command.shell) {
    for (auto& [name, value] : values)
      value = shell_quoted(value);
    return {"/bin/sh", "-c", replace_names(command.command, values)};
  }
  std::vector<std::string> words = split_words(command.command);
  for (std::string& word : words)
    word = replace_names(word, values);
  return words;
}

std::string last_words(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  constexpr std::size_t most = 500;
  return text.size() <= most ? std::string(text)
                             : "..." + std::string(text.substr(text.size() - most));
}

Task<> run_command(Runtime& runtime, std::shared_ptr<const CommandStep> command, OpContext context,
                   LocalFile in, LocalFile out) {
  if (command->timeout) {
    const auto now = runtime.clock().steady();
    context = context.shortened_to(
        now + std::chrono::duration_cast<SteadyTime::duration>(*command->timeout));
  }
  ChildOptions child;
  child.arguments = arguments_for(*command, in, out);
  child.directory = in.path.parent_path();
  const std::string program = child.arguments.front();
  const ChildResult result = co_await run_child(runtime, context, std::move(child));
  if (result.exit_code == 0) co_return;
  const std::string how = result.exit_code ? fmt::format("exit code {}", *result.exit_code)
                                           : fmt::format("signal {}", result.signal);
  const std::string words = last_words(result.standard_error);
  throw Error(ErrorCode::internal, "process", in.info.path,
              fmt::format("the command {} ended with {}{}{}", program, how,
                          words.empty() ? "" : ": ", words));
}

}  // namespace

ProcessStep make_command_step(Runtime& runtime, CommandStep command) {
  if (split_words(command.command).empty()) {
    throw Error(ErrorCode::invalid_input, "read command", command.command, "the command is empty");
  }
  auto shared = std::make_shared<const CommandStep>(std::move(command));
  return [&runtime, shared](OpContext context, LocalFile in, LocalFile out) {
    return run_command(runtime, shared, std::move(context), std::move(in), std::move(out));
  };
}

}  // namespace sluice
