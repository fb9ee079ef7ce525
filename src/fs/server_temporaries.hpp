#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/async/runtime.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/fs/temporaries.hpp"

namespace sluice {

/// The temporary names that one file system makes on a server, journalled by directory as those of
/// local file systems are (docs/adr/0003-temporaries.md). Lives on the loop.
class ServerTemporaries {
 public:
  /// `kind`: of journal entries, such as "sftp-directory". `server`: its URL without a path.
  /// `journal` may be null.
  ServerTemporaries(Runtime& runtime, std::string kind, std::string server,
                    std::shared_ptr<TemporaryJournal> journal,
                    TemporaryForm form = TemporaryForm::hidden);

  /// A directory holds a temporary name while one of these lives.
  class Use {
   public:
    Use() = default;
    Use(ServerTemporaries* owner, std::string directory)
        : owner_(owner), directory_(std::move(directory)) {}
    Use(Use&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), directory_(std::move(other.directory_)) {}
    Use& operator=(Use&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(directory_, other.directory_);
      return *this;
    }
    ~Use() {
      if (owner_) --owner_->uses_[directory_];
    }

   private:
    ServerTemporaries* owner_ = nullptr;
    std::string directory_;
  };

  /// Records the directory, if it is not recorded yet. Before a name in it is made.
  Task<Use> use(std::string directory);
  /// The next temporary path beside `path`.
  std::string next(const std::string& path);
  /// Forgets the directories in which nothing of ours is left.
  void forget_unused();

 private:
  Temporary entry_for(const std::string& directory) const;

  Runtime& runtime_;
  std::string kind_, token_, server_;
  std::shared_ptr<TemporaryJournal> journal_;
  TemporaryForm form_;
  std::map<std::string, std::size_t> uses_;  ///< By directory; all of these are recorded.
  std::uint32_t count_ = 0;
};

/// Where the file that `temporary` is to replace waits while the new one takes its name: no
/// temporary name, so that no sweep removes it.
std::string name_aside(std::string_view temporary);

/// How long a server may still make a file whose making nobody waited for: it may carry out what
/// was asked on two connections in any order.
inline constexpr Duration late_creation = std::chrono::seconds(1);

/// The directory part of a path on a server; "." if it has none.
std::string directory_on_server(std::string_view path);

/// What a sweep asks of a server.
class ServerSweeper {
 public:
  virtual ~ServerSweeper() = default;
  /// The names in a directory, bare. Throws Error{not_found} if it is gone.
  virtual Task<std::vector<std::string>> names_in(OpContext context, std::string directory) = 0;
  virtual Task<> remove(OpContext context, std::string path) = 0;
};

/// Removes what dead processes of this host have left on a server, by entries of `kind` for
/// `server`. Asks the server only if the journal names something there. What cannot be removed
/// stays in the journal, with a warning. Returns how many files it removed.
Task<std::size_t> sweep_server(OpContext context, std::string kind, std::string server,
                               std::shared_ptr<TemporaryJournal> journal, ServerSweeper& sweeper);
/// The same, and tells the log if there were any.
Task<> sweep_and_tell(OpContext context, std::string kind, std::string server,
                      std::shared_ptr<TemporaryJournal> journal, ServerSweeper& sweeper);

}  // namespace sluice
