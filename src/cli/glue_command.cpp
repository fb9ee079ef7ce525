// sluice glue: runs a Glue workflow and downloads what it made.
#include "glue_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/ip/host_name.hpp>

#include "glue_messages.hpp"
#include "glue_run_lines.hpp"
#include "glue_view.hpp"
#include "glue_world.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/codec/units.hpp"
#include "sluice/fs/local_fs.hpp"
#include "sluice/glue/downloader.hpp"
#include "sluice/glue/messages.hpp"
#include "sluice/glue/notify.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

using glue::Component;
using glue::ConfigManager;
using glue::GlueLog;

class StandardErrorLines final : public LineWriter {
 public:
  void write_line(std::string_view line) override {
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
};

/// One invocation of `glue`: what it is made of, in the order in which it is taken apart.
class GlueRun {
 public:
  GlueRun(Session& session, std::shared_ptr<const GlueOptions> options, ConfigManager config,
          std::shared_ptr<LineWriter> console, std::shared_ptr<TerminalView> view)
      : session_(session),
        options_(std::move(options)),
        config_(std::move(config)),
        view_(std::move(view)),
        log_(make_glue_logger(config_.get().logging,
                              options_->dry_run ? LogFileUse::none : LogFileUse::write,
                              std::move(console)),
             glue_language(session.options(), session.environment(),
                           config_.get().logging.language)) {}

  Task<ExitCode> run();

 private:
  Task<ExitCode> run_with(glue::Services services);
  Task<> open_memory(glue::Services& services);
  glue::RunOptions run_options();
  void show_plan(const std::vector<glue::LayerDownload>& plan);
  void print(const glue::RunOutcome& outcome);
  glue::Notice notice_of(const glue::RunOutcome& outcome) const;
  glue::NotifyOptions notify_options() const;
  std::uint32_t directory_mode() const;

  Session& session_;
  std::shared_ptr<const GlueOptions> options_;
  ConfigManager config_;
  std::shared_ptr<TerminalView> view_;
  GlueLog log_;
  std::unique_ptr<glue::S3ObjectStore> store_;
};

// Directories can be entered by whom their files can be read by.
std::uint32_t GlueRun::directory_mode() const {
  const std::uint32_t mode = config_.get_download_config().file_mode;
  return mode | 0700 | ((mode & 0444) >> 2);
}

Task<ExitCode> GlueRun::run() {
  log_.info(Component::main, glue::messages::config_loaded, config_.path());
  store_ = open_glue_store(session_, config_.get_aws_config(),
                           config_.get_download_config().max_workers);
  std::exception_ptr thrown;
  ExitCode code = ExitCode::failed;
  try {
    glue::Services services;
    const std::unique_ptr<aws::glue::GlueApi> api = co_await store_->glue();
    services.glue = api.get();
    services.objects = store_.get();
    LocalFsOptions local;
    local.root = config_.get_download_config().local_base_dir;
    local.directory_mode = directory_mode();
    local.journal = options_->dry_run ? nullptr : session_.journal();
    services.output = make_local_fs(session_.runtime(), std::move(local));
    co_await open_memory(services);
    code = co_await run_with(std::move(services));
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  co_await store_->close(session_.context());
  if (thrown) std::rethrow_exception(thrown);
  co_return code;
}

Task<> GlueRun::open_memory(glue::Services& services) {
  if (!config_.get_download_config().incremental || options_->dry_run) co_return;
  co_await session_.make_state_directory();
  const std::filesystem::path file = session_.state_directory() / "glue-downloads.db";
  services.memory = co_await session_.open_store("sqlite:" + file.string());
}

Task<glue::OnInterrupt> ask_whether_to_stop(Session* session, Language language) {
  fmt::print(stderr, "{}", say(language, messages::glue::ask_interrupt));
  std::fflush(stderr);
  InputReader reader(session->runtime(), "-", [] { return false; });
  const Bytes answer = co_await reader.next();
  const std::string_view text = as_text(answer);
  const bool stop = text.starts_with('s') || text.starts_with('S');
  co_return stop ? glue::OnInterrupt::stop : glue::OnInterrupt::leave;
}

Task<glue::OnInterrupt> chosen(glue::OnInterrupt choice) {
  co_return choice;
}

glue::RunOptions GlueRun::run_options() {
  glue::RunOptions run;
  run.dry_run = options_->dry_run;
  run.strict = options_->strict;
  run.on_timeout = options_->on_timeout == "stop" ? glue::OnTimeout::stop : glue::OnTimeout::leave;
  run.require_nodes = options_->require_nodes;
  run.attach = options_->attach;
  run.stop = session_.stop_signal();
  if (!options_->on_interrupt.empty()) {
    const auto choice =
        options_->on_interrupt == "stop" ? glue::OnInterrupt::stop : glue::OnInterrupt::leave;
    run.on_interrupt = [choice] { return chosen(choice); };
  } else if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1) {
    run.on_interrupt = [this] {
      if (view_) view_->show({});
      return ask_whether_to_stop(&session_, log_.language());
    };
  }
  if (view_) {
    run.live = true;
    run.on_poll = [this](const glue::WorkflowRunResult& result) {
      const TerminalSize size = terminal_size();
      view_->show(describe_run(result, session_.runtime().clock().now(), log_.language(),
                               size.width, size.height));
    };
  }
  run.on_plan = [this](const std::vector<glue::LayerDownload>& plan) {
    if (view_) view_->show({});
    if (options_->dry_run) show_plan(plan);
  };
  return run;
}

void GlueRun::show_plan(const std::vector<glue::LayerDownload>& plan) {
  Output& output = session_.output();
  const Language language = log_.language();
  if (config_.get_workflow_config().execute)
    output.line(say(language, messages::glue::would_start,
                    std::string_view(config_.get_workflow_config().name)));
  for (const glue::LayerDownload& layer : plan) {
    const glue::LayerConfig& config = config_.get_layers()[layer.found.layer];
    output.line(say(language, messages::glue::layer_plan, std::string_view(config.display_name),
                    layer.outcomes.size(), codec::format_size(layer.found.total_size())));
    for (std::size_t i = 0; i < layer.outcomes.size(); ++i) {
      const glue::S3FileInfo& file = layer.found.files[i];
      const std::string target =
          config_.get_download_config().local_base_dir + "/" + layer.local_paths[i];
      output.line(say(language, messages::glue::would_download,
                      std::string_view(glue::s3_uri(config.s3_bucket, file.key)),
                      std::string_view(target), std::string_view(codec::format_size(file.size))));
    }
  }
}

void GlueRun::print(const glue::RunOutcome& outcome) {
  Output& output = session_.output();
  if (!output.json()) return;
  codec::JsonWriter writer;
  writer.begin_object().key("exit_code").value(outcome.exit_code);
  if (outcome.failure) writer.key("code").value(glue::code_of(*outcome.failure));
  if (outcome.report.workflow) writer.key("run_id").value(outcome.report.workflow->run_id);
  if (outcome.report.download) {
    const glue::DownloadResult& result = *outcome.report.download;
    writer.key("total_files").value(result.total_files).key("successful").value(result.successful);
    writer.key("failed").value(result.failed).key("skipped").value(result.skipped);
    writer.key("bytes").value(result.total_bytes);
  }
  writer.key("reports").begin_array();
  for (const std::string& file : outcome.report_files)
    writer.value(outcome.report.output_directory + "/" + file);
  writer.end_array().end_object();
  output.object(writer);
}

glue::Notice GlueRun::notice_of(const glue::RunOutcome& outcome) const {
  glue::NoticeEnding ending;
  ending.exit_code = outcome.exit_code;
  if (!outcome.report_files.empty())
    ending.report = outcome.report.output_directory + "/" + outcome.report_files.front();
  ending.host = asio::ip::host_name();
  return glue::make_notice(outcome.report, std::move(ending));
}

glue::NotifyOptions GlueRun::notify_options() const {
  glue::NotifyOptions options;
  options.tls.ca_file = session_.options().ca_file;
  return options;
}

Task<ExitCode> GlueRun::run_with(glue::Services services) {
  const std::string workflow = config_.get_workflow_config().name;
  if (workflow.empty())
    throw UsageError("--workflow", "it is missing: name the workflow, here or in workflow.name");
  OpContext context = session_.context();
  context.log = log_.logger();
  const std::shared_ptr<FileSystem> output = services.output;
  glue::GlueWorkflowDownloader downloader(session_.runtime(), std::move(services), config_, log_,
                                          run_options());
  const glue::RunOutcome outcome = co_await downloader.run(context, workflow);
  if (view_) view_->show({});
  print(outcome);
  if (!options_->dry_run) {
    const std::shared_ptr<net::HttpClient> http = co_await store_->http();
    co_await glue::notify(session_.runtime(), session_.context(), *http, config_.get().notify,
                          notice_of(outcome), log_, notify_options());
  }
  co_await output->close(session_.context());
  co_return static_cast<ExitCode>(outcome.exit_code);
}

// What no part of the downloader has named: `glue` has exit codes of its own.
std::exception_ptr named(const std::exception_ptr& thrown, Language language) {
  try {
    std::rethrow_exception(thrown);
  } catch (const glue::GlueWorkflowDownloaderError&) {
    return thrown;
  } catch (...) {
    const Error error = error_from(std::current_exception());
    const glue::ErrorId id = glue::id_of(error);
    return std::make_exception_ptr(glue::GlueWorkflowDownloaderError(
        id, Error(error.code(), error.operation(), error.subject(), describe(language, error))));
  }
}

Task<ExitCode> run_configured(Session& session, std::shared_ptr<const GlueOptions> options,
                              Language language) {
  if (options->config.empty())
    throw UsageError("--config", "it is missing: name the YAML file of the run");
  ConfigManager config = co_await ConfigManager::load(session.runtime(), options->config,
                                                      session.environment(), language);
  config.apply(overrides(*options));
  const bool live = session.output().progress_bar() && config.get().logging.console;
  const auto view = live ? std::make_shared<TerminalView>() : nullptr;
  const std::shared_ptr<LineWriter> console =
      view ? std::shared_ptr<LineWriter>(view) : std::make_shared<StandardErrorLines>();
  GlueRun run(session, options, std::move(config), console, view);
  co_return co_await run.run();
}

}  // namespace

Task<ExitCode> with_glue_codes(Session& session, Task<ExitCode> work) {
  std::exception_ptr thrown;
  try {
    co_return co_await std::move(work);
  } catch (...) {
    thrown = std::current_exception();
  }
  std::rethrow_exception(
      named(thrown, glue_language(session.options(), session.environment(), std::nullopt)));
}

Task<ExitCode> run_glue(Session& session, std::shared_ptr<const GlueOptions> options) {
  const Language language = glue_language(session.options(), session.environment(), std::nullopt);
  return with_glue_codes(session, run_configured(session, std::move(options), language));
}

void add_glue_commands(Commands commands) {
  CLI::App* const glue = commands.app.add_subcommand(
      "glue", "Run an AWS Glue workflow and download every layer's files");
  const auto options = std::make_shared<GlueOptions>();
  add_glue_options(*glue, *options);
  glue->require_subcommand(0, 1);
  Run* const run = commands.run;
  using Command = Task<ExitCode> (*)(Session&, std::shared_ptr<const GlueOptions>);
  const auto bind = [options, run](CLI::App* app, Command command) {
    app->callback([options, run, command, app] {
      // The callback of `glue` comes after that of its subcommand.
      if (app->get_subcommands().empty())
        *run = [options, command](Session& session) { return command(session, options); };
    });
  };
  bind(glue, run_glue);
  CLI::App* const validate =
      glue->add_subcommand("validate", "Check the configuration and its patterns; no network");
  validate->add_option("-c,--config", options->config, "YAML file of the run");
  validate->add_flag("--explain", options->explain,
                     "Tell which pattern each name on standard input matches");
  bind(validate, validate_glue);
  CLI::App* const status = glue->add_subcommand("status", "How a run stands, job by job");
  add_glue_run_options(*status, *options, RunId::optional);
  bind(status, show_glue_status);
  CLI::App* const runs = glue->add_subcommand("runs", "The workflow's runs, newest first");
  add_glue_run_options(*runs, *options, RunId::none);
  runs->add_option("--limit", options->limit, "So many at most")->check(CLI::Range(1, 1000));
  bind(runs, list_glue_runs);
  CLI::App* const stop = glue->add_subcommand("stop", "Ask a run to stop");
  add_glue_run_options(*stop, *options, RunId::required);
  bind(stop, stop_glue_run);
  CLI::App* const resume =
      glue->add_subcommand("resume", "Run the failed nodes of an ended run again");
  add_glue_run_options(*resume, *options, RunId::required);
  bind(resume, resume_glue_run);
}

}  // namespace sluice::cli
