#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/async/runtime.hpp"
#include "sluice/fs/temporaries.hpp"
#include "sluice/sftp/client.hpp"

namespace sluice {

/// The temporary names of one SftpFs, journalled by directory as those of local file systems are
/// (docs/adr/0003-temporaries.md). Lives on the loop.
class SftpTemporaries {
 public:
  /// `token`: 10 hexadecimal digits. `journal` may be null.
  SftpTemporaries(Runtime& runtime, std::string token, std::string server,
                  std::shared_ptr<TemporaryJournal> journal);

  /// A directory holds a temporary name while one of these lives.
  class Use {
   public:
    Use() = default;
    Use(SftpTemporaries* owner, std::string directory)
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
    SftpTemporaries* owner_ = nullptr;
    std::string directory_;
  };

  /// Records the directory, if it is not recorded yet. Before a name in it is made.
  Task<Use> use(std::string directory);
  /// The next temporary path beside `path`.
  std::string next(const std::string& path);
  /// Forgets the directories in which nothing of ours is left.
  void forget_unused();

 private:
  Runtime& runtime_;
  std::string token_, server_;
  std::shared_ptr<TemporaryJournal> journal_;
  std::map<std::string, std::size_t> uses_;  ///< By directory; all of these are recorded.
  std::uint32_t count_ = 0;
};

/// The directory part of a path on a server; "." if it has none.
std::string directory_on_server(std::string_view path);

/// Removes what dead processes of this host have left on the client's server. Connects only if the
/// journal names something there. What cannot be removed stays in the journal, with a warning.
Task<std::size_t> sweep_sftp(OpContext context, sftp::Client& client,
                             std::shared_ptr<TemporaryJournal> journal);

}  // namespace sluice
