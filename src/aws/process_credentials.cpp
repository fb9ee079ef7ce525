#include "aws/process_credentials.hpp"

#include <utility>

#include "aws/credential_answers.hpp"
#include "aws/words.hpp"
#include "sluice/async/child_process.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t quoted_bytes = 500;

ChildOptions options_for(const SourceWorld& world, std::string_view command,
                         const std::string& source) {
  auto words = split_words(command);
  if (!words || words->empty())
    throw bad_source(source, "credential_process is empty or has an open quote");
  ChildOptions options;
  options.arguments = std::move(*words);
  for (const auto& [name, value] : world.settings.environment.all())
    options.environment.push_back(name + "=" + value);
  return options;
}

std::string ending_of(const ChildResult& result) {
  if (!result.exit_code)
    return "credential_process was ended by signal " + std::to_string(result.signal);
  std::string message = "credential_process ended with code " + std::to_string(*result.exit_code);
  std::string_view words = trimmed(result.standard_error);
  if (words.size() > quoted_bytes) words.remove_prefix(words.size() - quoted_bytes);
  if (!words.empty()) message.append(": ").append(words);
  return message;
}

}  // namespace

Task<Credentials> fetch_process_credentials(SourceWorld world, OpContext context,
                                            std::string command, std::string source) {
  ChildOptions options = options_for(world, command, source);
  const ChildResult result =
      co_await run_child(world.runtime, std::move(context), std::move(options));
  if (result.exit_code != 0) throw no_credentials(source, ending_of(result));
  co_return parse_process_answer(result.standard_output, source);
}

}  // namespace sluice::aws
