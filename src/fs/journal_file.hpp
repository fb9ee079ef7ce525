#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fs/journal_lines.hpp"
#include "fs/posix_file.hpp"
#include "sluice/core/clock.hpp"
#include "sluice/core/log.hpp"

namespace sluice {

/// The journal files of one directory: ours, and those that dead processes left. Blocking; used in
/// jobs of the disk lane only.
class JournalFiles {
 public:
  /// `name`: of our own file, unique.
  JournalFiles(std::filesystem::path directory, std::string name,
               std::shared_ptr<const Clock> clock, Logger log);
  JournalFiles(const JournalFiles&) = delete;
  JournalFiles& operator=(const JournalFiles&) = delete;
  /// Removes our file if all in it is forgotten.
  ~JournalFiles();

  enum class Force : bool { now, soon };
  void record(const Temporary& temporary, Force force);
  void forget(const Temporary& temporary);
  std::vector<Temporary> orphans();

 private:
  std::filesystem::path own_path() const { return directory_ / name_; }
  void open_own();
  void append(const std::string& text, Force force);
  void compact_if_wasteful();
  void look_into(const std::filesystem::path& path);
  static void forget_in_dead(const std::filesystem::path& path, const Temporary& temporary);

  std::filesystem::path directory_;
  std::string name_;
  std::shared_ptr<const Clock> clock_;
  Logger log_;
  ProcessIdentity self_;
  UniqueFd own_;
  std::uint64_t own_size_ = 0;
  SteadyTime forced_{};
  std::set<Temporary> live_;
  std::uint64_t live_bytes_ = 0;  // about what live_ takes in the file
  std::map<std::filesystem::path, std::set<Temporary>> dead_;
};

}  // namespace sluice
