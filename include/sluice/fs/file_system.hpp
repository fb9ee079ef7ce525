#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sluice/async/file_stream.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/core/op_context.hpp"
#include "sluice/fs/byte_source.hpp"

namespace sluice {

enum class Symlinks : std::uint8_t {
  skip,    ///< Not reported (counted as skipped in the log at debug level).
  follow,  ///< Reported as what they point to; a loop is a failure in the stream.
  keep,    ///< Reported as FileType::symlink with extras->link_target.
};

struct WalkOptions {
  /// minimatch patterns on the path relative to the walk's root, dotfiles matching. None: all.
  /// Exclude wins.
  std::vector<std::string> include{}, exclude{};
  Symlinks symlinks = Symlinks::skip;
  std::optional<std::size_t> max_depth{};  ///< 1: only the root's own entries.
  bool files_only = true;  ///< Otherwise directories are reported too (path without trailing '/').
  bool extras = false;     ///< Fill FileInfo::extras with what a listing has at no further request.
  std::string start_after{};  ///< Only paths greater than this, in byte order (resumes a walk).
};

struct FindOptions {
  /// Fill extras with all that an overwrite must keep (S3: headers, metadata, tags, storage class,
  /// encryption; local: mode, owner). May cost a second request.
  bool extras = false;
};

struct ReadOptions {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length{};  ///< nullopt: to the end.
  /// Serve only this version tag, else Error{conflict}; "" takes what is there.
  std::string if_match{};
  std::string version_id{};
  /// What a walk or find reported: saves a request where the size decides how to read.
  std::optional<FileInfo> known{};
  bool extras = false;  ///< Fill info().extras as FindOptions::extras does.
};

struct WriteOptions {
  /// If known, in bytes: another number of bytes at commit() is Error{conflict}.
  std::optional<std::uint64_t> size{};
  /// About how many bytes will come, if `size` is not known: S3 chooses the part size by it.
  std::optional<std::uint64_t> size_hint{};
  std::optional<TimePoint> mtime{};  ///< Kept with the file where the file system can.
  /// Attributes to give the new file; what the file system cannot keep is ignored.
  std::shared_ptr<const FileExtras> extras{};
  /// Overwrite only what `expected` describes (by version tag, else size and mtime); otherwise
  /// Error{conflict}.
  std::optional<FileInfo> expected{};
  bool must_not_exist = false;  ///< Error{conflict} if there is a file of that name.
  bool durable = false;  ///< Local: on disk (fdatasync, directory fsync) when commit() returns.
};

struct RemoveFailure {
  std::string path{};
  Error error;
};
struct RemoveResult {
  std::uint64_t removed = 0;  ///< A file that was already gone counts.
  std::vector<RemoveFailure> failures;
};

/// What a file system can do; stated, so that callers choose instead of trying.
struct Capabilities {
  bool ordered_walk = true;       ///< Walks come in byte order by themselves.
  bool atomic_replace = true;     ///< commit() replaces an existing file at once.
  bool conditional_write = true;  ///< WriteOptions::expected is checked by the server itself at
                                  ///< commit (else just before).
  bool sets_mtime = true;         ///< A write can give the file its mtime, and a walk shows it.
  bool walk_shows_tag = false;    ///< A walk reports etag.
  bool directories = true;        ///< Directories exist by themselves (not S3).
  bool server_side_copy = false;
  /// Names may hold control characters, and end in a blank; else such ones are
  /// Error{invalid_input} (FTP).
  bool any_name = true;
  Duration mtime_precision = std::chrono::nanoseconds(1);
};

/// A tree of files: local, S3, memory, and more to come; all alike. Paths are relative to the root
/// that it was opened at,
/// '/'-separated raw bytes without a leading '/'. Every call obeys cancellation and
/// context.deadline. Lives on the loop.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The files below directory `root` ("" is all), in byte order of the full path. A root that does
  /// not exist throws Error{not_found} from the first next() (S3, which has no directories: an
  /// empty stream).
  virtual std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                           WalkOptions options) = 0;
  /// The file (or directory) of that name, or nullopt.
  virtual Task<std::optional<FileInfo>> find(OpContext context, std::string path,
                                             FindOptions options) = 0;
  virtual Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                                 ReadOptions options) = 0;
  /// Missing parent directories are made.
  virtual Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                                 WriteOptions options) = 0;
  /// Copies on the server. Throws Error{unsupported} without Capabilities::server_side_copy.
  virtual Task<FileInfo> copy(OpContext context, FileInfo from, std::string to,
                              WriteOptions options) = 0;
  /// Copies from another file system of the same kind and endpoint, on the server; nullopt if these
  /// two cannot.
  virtual Task<std::optional<FileInfo>> copy_from(OpContext context, FileSystem& source,
                                                  FileInfo from, std::string to,
                                                  WriteOptions options);
  virtual Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) = 0;
  virtual Task<void> make_directory(OpContext context, std::string path) = 0;
  /// Removes the empty directory; false if it is not there or not empty.
  virtual Task<bool> remove_directory(OpContext context, std::string path) = 0;

  /// To and from a private local file (not a FileSystem path), for processing steps. `local` is
  /// replaced.
  virtual Task<FileInfo> download(OpContext context, std::string path, std::filesystem::path local,
                                  ReadOptions options) = 0;
  /// Returns the file as a walk reports it after the upload.
  virtual Task<FileInfo> upload(OpContext context, std::filesystem::path local, std::string path,
                                WriteOptions options) = 0;

  /// Where goes what no call's context has a log for, such as clean-ups; under the fields component
  /// and type. Before the first call; else the runtime's. Without effect where nothing is logged.
  virtual void set_logger(Logger) {}

  virtual Capabilities capabilities() const = 0;
  /// "s3://bucket/prefix/", "/data/in/": the root, for messages; without secrets.
  virtual std::string describe() const = 0;
  /// Names the root for a memory that outlives the process: roots that hold the same files have the
  /// same name (local: links resolved), others another one (S3: with the endpoint). Without
  /// secrets.
  virtual Task<std::string> identity(OpContext context);
  /// Joins what is still being cleaned up, under the context's deadline.
  virtual Task<void> close(OpContext context) = 0;
};

}  // namespace sluice
