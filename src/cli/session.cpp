#include "session.hpp"

#include <fmt/format.h>

#include "messages.hpp"
#include "password_prompt.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/core/local_path.hpp"
#include "storage_options.hpp"
#include "usage_error.hpp"

namespace sluice::cli {
namespace {

OutputOptions output_options(const GlobalOptions& options, Language language, bool terminal) {
  return {.language = language,
          .json = options.json,
          .quiet = options.quiet,
          .verbose = options.verbose,
          .progress_bar = terminal && !options.no_progress && !options.json};
}

// XDG Base Directory Specification: state that should persist between restarts.
std::filesystem::path state_directory_of(const GlobalOptions& options,
                                         const Environment& environment) {
  if (!options.state_directory.empty()) return std::filesystem::absolute(options.state_directory);
  if (const auto state = environment.get("XDG_STATE_HOME"))
    return std::filesystem::path(*state) / "sluice";
  if (const auto home = environment.get("HOME"))
    return std::filesystem::path(*home) / ".local/state/sluice";
  return {};
}

[[noreturn]] void throw_no_state_directory() {
  throw Error(ErrorCode::config, "find", "the state directory",
              "neither --state-dir nor HOME says where it is");
}

// Without a state directory what writes nothing works; nothing is made that nobody would clean up.
class NoJournal final : public TemporaryJournal {
 public:
  Task<void> record(Temporary) override {
    throw_no_state_directory();
    co_return;
  }
  void forget(const Temporary&) override {}
  Task<std::vector<Temporary>> orphans() override { co_return std::vector<Temporary>(); }
  void record_in_job(const Temporary&) override { throw_no_state_directory(); }
  void forget_in_job(const Temporary&) override {}
};

std::shared_ptr<TemporaryJournal> journal_in(Runtime& runtime,
                                             const std::filesystem::path& state_directory) {
  if (state_directory.empty()) return std::make_shared<NoJournal>();
  return make_temporary_journal(runtime, state_directory / "journal");
}

}  // namespace

Session::Session(Runtime& runtime, GlobalOptions options, Environment environment,
                 Language language, bool terminal)
    : runtime_(runtime),
      options_(std::move(options)),
      environment_(std::move(environment)),
      output_(output_options(options_, language, terminal)),
      state_directory_(state_directory_of(options_, environment_)),
      temporary_directory_(environment_.get("TMPDIR").value_or("/tmp")),
      journal_(journal_in(runtime, state_directory_)),
      stop_signal_(std::make_shared<StopSignal>(runtime.executor())) {
  storage_ = std::make_unique<Storage>(runtime_, storage_options());
}

StorageOptions Session::storage_options() {
  StorageOptions storage = cli::storage_options(runtime_, options_, environment_, journal_);
  storage.logins.ask = [this](std::string server) {
    return ask_password(runtime_, say(output_.language(), messages::password_of, server));
  };
  storage.sftp.ask_passphrase = [this](std::string file) {
    return ask_password(runtime_, say(output_.language(), messages::passphrase_of, file));
  };
  storage.sftp.ask_host_key = [this](ssh::HostKeyQuestion host) {
    return ask_whether(runtime_, say(output_.language(), messages::trust_host, host.host, host.type,
                                     host.fingerprint));
  };
  return storage;
}

Session::~Session() = default;

const std::filesystem::path& Session::state_directory() const {
  if (state_directory_.empty()) throw_no_state_directory();
  return state_directory_;
}

Task<std::shared_ptr<FileSystem>> Session::open_tree(std::string url) {
  co_return co_await storage_->open_tree(context(), std::move(url));
}

Task<Storage::File> Session::open_file(std::string url) {
  co_return co_await storage_->open_file(context(), std::move(url));
}

Task<bool> Session::is_directory(std::string url) {
  const Location location = parse_file_location(url);
  if (url.back() == '/') co_return true;
  if (location.scheme == Scheme::s3 || location.path.empty()) co_return location.path.empty();
  if (has_host(location.scheme)) co_return co_await is_directory_there(std::move(url));
  auto job = [&location] { return std::filesystem::is_directory(location.path); };
  co_return co_await offload(runtime_.disk(), job);
}

Task<bool> Session::is_directory_there(std::string url) {
  const Storage::File file = co_await open_file(std::move(url));
  const auto found = co_await file.files->find(context(), file.path, {});
  co_return found && found->type == FileType::directory;
}

Task<bool> Session::is_tree(std::string url) {
  const bool directory = co_await is_directory(url);
  const Location location = parse_file_location(url);
  if (directory || location.scheme == Scheme::local) co_return directory;
  const Storage::File file = co_await open_file(std::move(url));
  const auto found = co_await file.files->find(context(), file.path, {});
  co_return !found;
}

Task<> Session::make_state_directory() {
  // What was processed, and under which names, is nobody else's business.
  auto job = [directory = state_directory()] { return make_private_directories(directory); };
  const std::error_code failed = co_await offload(runtime_.disk(), job);
  if (failed) throw error_from_errno(failed.value(), "make directory", state_directory_.string());
}

Task<std::shared_ptr<KeyValueStore>> Session::open_store(std::string url) {
  stores_.push_back(co_await sluice::open_store(runtime_, std::move(url)));
  co_return stores_.back();
}

std::shared_ptr<const FileExtras> Session::new_file_attributes() const {
  if (options_.metadata.empty()) return nullptr;
  auto extras = std::make_shared<FileExtras>();
  for (const std::string& entry : options_.metadata) {
    const auto equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw UsageError("--metadata", fmt::format("\"{}\" is not NAME=VALUE", entry));
    }
    extras->metadata[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return extras;
}

Task<> Session::close() {
  for (const auto& store : stores_)
    co_await store->close();
  stores_.clear();
  const OpContext limited =
      context().shortened_to(runtime_.clock().steady() + std::chrono::seconds(30));
  co_await storage_->close(limited);
}

}  // namespace sluice::cli
