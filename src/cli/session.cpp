#include "session.hpp"

#include <fmt/format.h>

#include "sluice/async/offload.hpp"
#include "storage_options.hpp"

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
  throw Error(ErrorCode::config, "find", "the state directory",
              "neither --state-dir nor HOME says where it is");
}

}  // namespace

Session::Session(Runtime& runtime, GlobalOptions options, Environment environment,
                 Language language, bool terminal)
    : runtime_(runtime),
      options_(std::move(options)),
      output_(output_options(options_, language, terminal)),
      state_directory_(state_directory_of(options_, environment)),
      temporary_directory_(environment.get("TMPDIR").value_or("/tmp")),
      journal_(make_temporary_journal(runtime, state_directory_ / "journal")) {
  storage_ = std::make_unique<Storage>(
      runtime_, storage_options(runtime_, options_, std::move(environment), journal_));
}

Session::~Session() = default;

Task<std::shared_ptr<FileSystem>> Session::open_tree(std::string url) {
  co_return co_await storage_->open_tree(context(), std::move(url));
}

Task<Storage::File> Session::open_file(std::string url) {
  co_return co_await storage_->open_file(context(), std::move(url));
}

Task<bool> Session::is_directory(std::string url) {
  const Location location = parse_file_location(url);
  if (url.back() == '/') co_return true;
  if (location.scheme == Scheme::s3) co_return location.path.empty();
  auto job = [&location] { return std::filesystem::is_directory(location.path); };
  co_return co_await offload(runtime_.disk(), job);
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
  auto job = [this] {
    if (std::filesystem::create_directories(state_directory_)) {
      // What was processed, and under which names, is nobody else's business.
      std::filesystem::permissions(state_directory_, std::filesystem::perms::owner_all);
    }
  };
  co_await offload(runtime_.disk(), job);
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
      throw Error(ErrorCode::invalid_input, "read", "--metadata",
                  fmt::format("\"{}\" is not NAME=VALUE", entry));
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
