#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "options.hpp"
#include "output.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/temporaries.hpp"

namespace sluice::cli {

/// Whether a URL names one file or the root of a tree.
enum class Target : std::uint8_t { file, tree };

/// A file system and a path in it ("" for a tree).
struct Location {
  std::shared_ptr<FileSystem> files;
  std::string path;
};

/// What one invocation of the program works with: settings, connections, the file systems it has opened. Closed before the
/// runtime is.
class Session {
 public:
  Session(Runtime& runtime, GlobalOptions options, Environment environment);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Runtime& runtime() { return runtime_; }
  const GlobalOptions& options() const { return options_; }
  Output& output() { return output_; }
  OpContext context() const { return runtime_.context(); }
  std::shared_ptr<TemporaryJournal> journal();
  /// Where the journal and the default status memory live: --state-dir, else $XDG_STATE_HOME/sluice, ~/.local/state/sluice.
  std::filesystem::path state_directory() const;

  /// Opens "s3://bucket/key", "file:///path" or a plain path. Throws Error{invalid_input} for another scheme.
  Task<Location> open(std::string url, Target target);
  /// Opens the tree or, if that is what is there, the file: what `cp`, `ls` and `rm` are given.
  Task<Location> open_existing(std::string url, bool* is_tree);

  /// Set by the first signal: commands stop asking for new files.
  bool stop_requested() const { return stop_requested_; }
  void request_stop() { stop_requested_ = true; }
  std::function<bool()> stop_function() {
    return [this] { return stop_requested_; };
  }

  Task<> close();

 private:
  struct State;

  Runtime& runtime_;
  GlobalOptions options_;
  Output output_;
  std::unique_ptr<State> state_;
  bool stop_requested_ = false;
};

}  // namespace sluice::cli
