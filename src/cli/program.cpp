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
#include "log_setup.hpp"
#include "settings.hpp"
#include "signals.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/watchdog.hpp"
#include "version.hpp"

namespace sluice::cli {
namespace {

constexpr const char* description =
    "Sluice moves sets of files between S3 and local disks, and runs overwrite batches on them.\n"
    "Files are paths, file:///path or s3://bucket/key. Every flag can also be given as "
    "SLUICE_<FLAG> in the\n"
    "environment or as a key of the --config file (YAML).\n";

struct Parsed {
  GlobalOptions options;
  Run run;
};

// Reads the command line, then the environment and the configuration file for what it leaves open.
// An exit code means: nothing to run (help, version, an error that has been reported).
class CommandLine {
 public:
  explicit CommandLine(const Invocation& invocation)
      : invocation_(invocation), app_(description, "sluice") {
    app_.set_version_flag("--version", std::string(version_text));
    app_.add_option("--config", config_,
                    "YAML file with settings; sections are named after commands");
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.footer(std::string(exit_code_help));
    add_global_options(app_, parsed_.options);
    const Commands commands{app_, &parsed_.run};
    add_list_command(commands);
    add_stat_command(commands);
    add_cat_command(commands);
    add_copy_command(commands);
    add_sync_command(commands);
    add_remove_command(commands);
    add_batch_commands(commands);
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
      app_.exit(error);
      return ExitCode::usage;
    }
    if (config_.empty()) config_ = invocation_.environment.get("SLUICE_CONFIG").value_or("");
    apply_settings(app_, invocation_.environment,
                   config_.empty() ? ConfigFile() : read_config_file(config_));
    return std::nullopt;
  }

  Parsed take() { return std::move(parsed_); }

 private:
  const Invocation& invocation_;
  CLI::App app_;
  std::string config_;
  Parsed parsed_;
};

ExitCode report(const Error& error) {
  fmt::print(stderr, "sluice: {}\n", error.what());
  return error.code() == ErrorCode::invalid_input && error.operation() == "read"
             ? ExitCode::usage
             : exit_code_for(error);
}

Task<ExitCode> run_and_close(Session& session, const Run& run) {
  std::exception_ptr thrown;
  ExitCode code = ExitCode::failed;
  try {
    code = co_await run(session);
    session.output().finish();
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await session.close();
  if (thrown) std::rethrow_exception(thrown);
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
  Session session(runtime, std::move(parsed.options), invocation.environment, invocation.terminal);

  ExitCode code = ExitCode::failed;
  asio::cancellation_signal cancel;
  std::optional<SignalWatch> signals;
  signals.emplace(runtime, grace,
                  SignalWatch::Actions{
                      .stop = [&session] { session.request_stop(); },
                      .cancel = [&cancel] { cancel.emit(asio::cancellation_type::terminal); }});
  const auto on_end = [&](std::exception_ptr thrown, ExitCode result) {
    code = result;
    if (thrown) code = report(error_from(thrown));
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
  try {
    CommandLine line(invocation);
    if (const auto code = line.parse()) return static_cast<int>(*code);
    return static_cast<int>(run_parsed(invocation, line.take()));
  } catch (...) {
    return static_cast<int>(report(error_from(std::current_exception())));
  }
}

}  // namespace sluice::cli
