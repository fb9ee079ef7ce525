#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "sluice/fs/temporaries.hpp"

namespace sluice {

/// Hands out the temporary names of one file system. All carry one random token of this process, so
/// that the journal needs to know only the directories they are in, not each name
/// (docs/adr/0003-temporaries.md). Used in jobs of the disk lane only.
class TemporaryNames {
 public:
  /// `token`: 10 hexadecimal digits. `journal` may be null.
  TemporaryNames(std::string token, std::shared_ptr<TemporaryJournal> journal);
  TemporaryNames(const TemporaryNames&) = delete;

  /// A directory is in use while one of these lives; recorded before the first is made.
  class Use {
   public:
    Use(TemporaryNames& names, std::string directory);
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use();
    const std::string& directory() const { return directory_; }

   private:
    TemporaryNames& names_;
    std::string directory_;
  };

  /// A name for the next temporary beside `final_name`.
  std::string next(std::string_view final_name);
  /// Forgets all directories that are not in use. Before a process ends, and when there are many.
  void forget_unused();

 private:
  Temporary entry_for(const std::string& directory) const;

  std::string token_;
  std::shared_ptr<TemporaryJournal> journal_;
  std::map<std::string, std::size_t, std::less<>> uses_;  // by directory; 0: recorded, not in use
  std::uint32_t count_ = 0;
};

}  // namespace sluice
