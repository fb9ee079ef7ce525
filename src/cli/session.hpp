#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "options.hpp"
#include "output.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/stop_signal.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/fs/temporaries.hpp"
#include "sluice/state/key_value_store.hpp"

namespace sluice::cli {

/// What one invocation of the program works with: settings, the storage it opens, whether it shall
/// stop. Closed before the runtime is.
class Session {
 public:
  Session(Runtime& runtime, GlobalOptions options, Environment environment, Language language,
          bool terminal);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Runtime& runtime() { return runtime_; }
  const GlobalOptions& options() const { return options_; }
  Output& output() { return output_; }
  OpContext context() const { return runtime_.context(); }
  std::shared_ptr<TemporaryJournal> journal() { return journal_; }
  /// Where the journal and the default status memory live: --state-dir, else
  /// $XDG_STATE_HOME/sluice, ~/.local/state/sluice. Throws Error{config} if none of them is given.
  const std::filesystem::path& state_directory() const;

  /// The system's: $TMPDIR, else /tmp.
  const std::filesystem::path& temporary_directory() const { return temporary_directory_; }

  const Environment& environment() const { return environment_; }
  /// As this invocation's flags say.
  StorageOptions storage_options();

  Storage& storage() { return *storage_; }
  Task<std::shared_ptr<FileSystem>> open_tree(std::string url);
  Task<Storage::File> open_file(std::string url);
  /// Whether the URL names a tree: a local directory; in S3 what ends in '/', a bucket, or what is
  /// no object.
  Task<bool> is_tree(std::string url);
  /// Whether a file that is copied "to url" goes into it under its own name.
  Task<bool> is_directory(std::string url);
  Task<> make_state_directory();
  /// Opened now, closed with the session.
  Task<std::shared_ptr<KeyValueStore>> open_store(std::string url);

  /// --metadata; null if there is none.
  std::shared_ptr<const FileExtras> new_file_attributes() const;

  /// Set by the first signal: commands stop asking for new files.
  bool stop_requested() const { return stop_requested_; }
  void request_stop() {
    stop_requested_ = true;
    stop_signal_->request();
  }
  /// The same for who waits for it.
  const std::shared_ptr<StopSignal>& stop_signal() const { return stop_signal_; }
  std::function<bool()> stop_function() {
    return [this] { return stop_requested_; };
  }

  Task<> close();

 private:
  Task<bool> is_directory_there(std::string url);
  Runtime& runtime_;
  GlobalOptions options_;
  Environment environment_;
  Output output_;
  std::filesystem::path state_directory_, temporary_directory_;
  std::shared_ptr<TemporaryJournal> journal_;
  std::unique_ptr<Storage> storage_;
  std::vector<std::shared_ptr<KeyValueStore>> stores_;
  bool stop_requested_ = false;
  std::shared_ptr<StopSignal> stop_signal_;
};

}  // namespace sluice::cli
