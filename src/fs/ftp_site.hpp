#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "fs/server_names.hpp"
#include "fs/server_temporaries.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/ftp_fs.hpp"
#include "sluice/ftp/listing.hpp"

namespace sluice {

inline constexpr const char* ftp_temporaries_kind = "ftp-directory";

/// What the parts of one FtpFs share.
class FtpSite {
 public:
  FtpSite(Runtime& runtime, FtpFsOptions options);

  Runtime& runtime() { return runtime_; }
  ftp::Client& client() { return *options_.client; }
  const ftp::ServerTraits& traits() const { return options_.client->traits(); }
  const FtpFsOptions& options() const { return options_; }
  /// Of the times that a walk reports.
  Duration time_precision() const;

  /// The absolute path on the server. Throws Error{invalid_input} for one that leads out of the
  /// root, or that FTP cannot say.
  std::string full(const std::string& path) const;
  /// Throws the same for a name that must not be made.
  void require_new(const std::string& path) const;
  /// Its URL.
  std::string shown(const std::string& path) const;

  /// `step(ftp::Connection&)` on a connection, tried again on another one where that may help; the
  /// step must be one that may be done twice.
  template <class Step>
  auto attempt(OpContext context, Step step) -> decltype(step(std::declval<ftp::Connection&>())) {
    auto once = [this, &context, &step]() { return on_connection(context, step); };
    co_return co_await client().retrier().run(context, Safety::idempotent, once);
  }

  /// What has the name; nullopt if nothing has. `mtime` as a walk reports it.
  Task<std::optional<FileInfo>> look(ftp::Connection& connection, std::string path, bool extras);
  /// The command whose answer tells the most of a file at once ("MLST" or "SIZE"), and what it
  /// tells. nullopt: the answer is a refusal, which may mean that there is no such file.
  const char* look_verb() const { return traits().features.mlst ? "MLST" : "SIZE"; }
  std::optional<FileInfo> look_answer(const std::string& path, const ftp::Reply& reply,
                                      bool extras) const;
  std::optional<FileInfo> info_of(std::string path, ftp::Entry entry, bool extras) const;
  /// As a walk reports it.
  std::optional<TimePoint> as_walked(std::optional<TimePoint> time) const;
  /// The time of a file by MDTM; nullopt if the server does not tell it.
  Task<std::optional<TimePoint>> exact_time(ftp::Connection& connection, std::string full_path);

  /// Makes a directory and what is missing above it, unless that was done since `seen_missing`:
  /// many files begin in one new directory at once. Throws Error{conflict} if a file is in the way.
  Task<> make_directories(ftp::Connection& connection, std::string full_path,
                          SteadyTime seen_missing);
  SteadyTime now() const { return runtime_.clock().steady(); }

  ServerNames& names() { return names_; }
  ServerTemporaries& temporaries() { return temporaries_; }
  TaskGroup& cleanups() { return cleanups_; }
  Logger log;
  bool warned_of_mode = false, warned_of_time = false;

 private:
  template <class Step>
  auto on_connection(OpContext context, Step& step)
      -> decltype(step(std::declval<ftp::Connection&>())) {
    const ftp::Client::Lease lease = co_await client().lease(context);
    co_return co_await step(*lease);
  }
  Task<> make_one(ftp::Connection& connection, std::string full_path);
  Task<> make_below(ftp::Connection& connection, std::string full_path, ftp::Reply refused);
  Task<bool> is_directory(ftp::Connection& connection, std::string full_path);

  Runtime& runtime_;
  FtpFsOptions options_;
  ServerNames names_;
  ServerTemporaries temporaries_;
  Semaphore making_;
  std::map<std::string, SteadyTime> made_;  ///< When a directory was made, or seen; some of them.
  TaskGroup cleanups_;
};

/// Whether only the server's last word on a transfer was lost, with the control connection (421: it
/// says that it closes): what became of the bytes is to be found out.
bool is_lost_word(const Error& failure);

/// Whether the file is still what was seen of it, as far as `precision` tells.
bool is_same_version(const FileInfo& now, const FileInfo& seen, Duration precision);

}  // namespace sluice
