#include "program.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <CLI/CLI.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <iostream>
#include <optional>

#include "command.hpp"
#include "config_file.hpp"
#include "japanese_help.hpp"
#include "log_setup.hpp"
#include "messages.hpp"
#include "settings.hpp"
#include "signals.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/watchdog.hpp"
#include "sluice/core/descriptors.hpp"
#include "sluice/glue/errors.hpp"
#include "usage_error.hpp"
#include "version.hpp"

namespace sluice::cli {
namespace {

struct Parsed {
  GlobalOptions options;
  Language language = Language::english;
  Run run;
};

std::string usage_failure(Language language, const CLI::ParseError& error) {
  // This one failure goes by the name of the program.
  const bool extras = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::ExtrasError);
  const std::string kind = extras ? "ExtrasError" : error.get_name();
  return fmt::format("{}\n{}\n", usage_text(language, kind, error.what()),
                     say(language, messages::see_help));
}

/// `glue` has exit codes of its own (docs/glue.md).
ExitCode glue_exit_code(glue::ErrorId id) {
  return static_cast<ExitCode>(glue::exit_code_of(id));
}

// Reads the command line, then the environment and the configuration file for what it leaves open.
// An exit code means: nothing to run (help, version, an error that has been reported).
class CommandLine {
 public:
  explicit CommandLine(const Invocation& invocation) : invocation_(invocation), app_("", "sluice") {
    parsed_.language = first_language(invocation.arguments, invocation.environment);
    app_.description(say(parsed_.language, messages::description));
    app_.set_version_flag("--version", std::string(version_text));
    app_.add_option("--config", config_,
                    "YAML file with settings; sections are named after commands");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.footer(say(parsed_.language, messages::exit_codes));
    add_global_options(app_, parsed_.options);
    const Commands commands{app_, &parsed_.run};
    add_list_command(commands);
    add_stat_command(commands);
    add_cat_command(commands);
    add_copy_command(commands);
    add_sync_command(commands);
    add_remove_command(commands);
    add_batch_commands(commands);
    add_glue_commands(commands);
    if (parsed_.language == Language::japanese) translate_help(app_);
  }

  std::optional<ExitCode> parse() {
    try {
      std::vector<std::string> reversed(invocation_.arguments.rbegin(),
                                        invocation_.arguments.rend());
      app_.parse(std::move(reversed));
    } catch (const CLI::Success& done) {
      app_.exit(done);
      return ExitCode::ok;
    } catch (const CLI::ParseError& error) {
      fmt::print(stderr, "{}", usage_failure(parsed_.language, error));
      return app_.got_subcommand("glue") ? glue_exit_code(glue::ErrorId::configuration)
                                         : ExitCode::usage;
    }
    if (config_.empty()) config_ = invocation_.environment.get("SLUICE_CONFIG").value_or("");
    apply_settings(app_, invocation_.environment,
                   config_.empty() ? ConfigFile() : read_config_file(config_));
    // Now also from the configuration file.
    if (const auto chosen = language_named(parsed_.options.lang)) parsed_.language = *chosen;
    return std::nullopt;
  }

  Language language() const { return parsed_.language; }
  Parsed take() { return std::move(parsed_); }

 private:
  const Invocation& invocation_;
  CLI::App app_;
  std::string config_;
  Parsed parsed_;
};

bool is_usage(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const UsageError&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::optional<glue::ErrorId> glue_error(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const glue::GlueWorkflowDownloaderError& error) {
    return error.id();
  } catch (...) {
    return std::nullopt;
  }
}

ExitCode report(Language language, const std::exception_ptr& thrown) {
  if (const auto id = glue_error(thrown)) {
    // Said in its own words, a line for each thing that is wrong; then the manual's code.
    fmt::print(stderr, "{}\n", error_from(thrown).message());
    if (const std::string_view code = glue::code_of(*id); !code.empty())
      fmt::print(stderr, "sluice glue: {}\n", code);
    return glue_exit_code(*id);
  }
  const Error error = error_from(thrown);
  fmt::print(stderr, "sluice: {}\n", describe(language, error));
  return is_usage(thrown) ? ExitCode::usage : exit_code_for(error);
}

Task<ExitCode> run_and_close(Session& session, const Run& run) {
  std::exception_ptr thrown;
  ExitCode code = ExitCode::failed;
  try {
    code = co_await run(session);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  try {
    co_await session.output().finish(session.stop_function());
  } catch (...) {
    if (!thrown) thrown = std::current_exception();
  }
  std::exception_ptr unclosed;
  try {
    co_await session.close();
  } catch (...) {
    unclosed = std::current_exception();
  }
  if (thrown && unclosed) {
    session.context().log.warn("Closing failed, too", {{"error", error_from(unclosed).what()}});
  }
  if (thrown) std::rethrow_exception(thrown);
  if (unclosed) std::rethrow_exception(unclosed);
  co_return code;
}

void run_loop(asio::io_context& loop) {
#ifdef SLUICE_LOOP_WATCHDOG
  const auto on_stall = [](Duration held) {
    const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(held).count();
    fmt::print(stderr, "sluice: loop watchdog: a handler held the loop for {} ms of CPU time\n",
               millis);
  };
  run_watched(loop, std::chrono::milliseconds(200), on_stall);
#else
  loop.run();
#endif
}

ExitCode run_parsed(const Invocation& invocation, Parsed parsed) {
  asio::io_context loop{1};
  RuntimeOptions world;
  world.log = make_logger(parsed.options);
  const Duration grace = duration_value(parsed.options.grace, "--grace");
  Runtime runtime(loop, std::move(world));
  // A connection and a file for each transfer, and what there is beside them.
  allow_descriptors(2 * std::max(parsed.options.transfers, sftp_transfers) +
                    parsed.options.part_concurrency + 64);
  const Language language = parsed.language;
  Session session(runtime, std::move(parsed.options), invocation.environment, language,
                  invocation.terminal);

  ExitCode code = ExitCode::failed;
  asio::cancellation_signal cancel;
  std::optional<SignalWatch> signals;
  signals.emplace(runtime, grace,
                  SignalWatch::Actions{
                      .stop = [&session] { session.request_stop(); },
                      .cancel = [&cancel] { cancel.emit(asio::cancellation_type::terminal); }});
  const auto on_end = [&](std::exception_ptr thrown, ExitCode result) {
    code = result;
    if (thrown) code = report(language, thrown);
    if (thrown && session.stop_requested()) code = ExitCode::interrupted;
    signals->stop();
  };
  asio::co_spawn(loop, run_and_close(session, parsed.run),
                 asio::bind_cancellation_slot(cancel.slot(), on_end));
  run_loop(loop);
  loop.restart();
  asio::co_spawn(loop, runtime.close(), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  loop.run();
  return code;
}

}  // namespace

int run(const Invocation& invocation) {
  Language language = first_language(invocation.arguments, invocation.environment);
  try {
    CommandLine line(invocation);
    const auto done = line.parse();
    language = line.language();
    return static_cast<int>(done ? *done : run_parsed(invocation, line.take()));
  } catch (...) {
    return static_cast<int>(report(language, std::current_exception()));
  }
}

}  // namespace sluice::cli
