#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "fs/group_sync.hpp"
#include "fs/local_root.hpp"
#include "fs/place.hpp"
#include "fs/posix_file.hpp"
#include "fs/temporary_names.hpp"
#include "sluice/core/log.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice {

/// What the parts of one local file system share. Kept alive by its sources and sinks. All of it is
/// used in jobs of the disk lane only.
struct LocalSite {
  LocalSite(LocalRoot local_root, std::string token, std::shared_ptr<TemporaryJournal> journal,
            Logger logger)
      : root(std::move(local_root)),
        names(std::move(token), std::move(journal)),
        log(std::move(logger)) {}

  LocalRoot root;
  TemporaryNames names;
  GroupSync bytes_to_disk{sync_data}, names_to_disk{sync_directory};
  Logger log;
  bool warned_of_owner = false;
  std::string exact_directory;  ///< The last one in which names that differ are different files.
};

/// A file being written under a temporary name beside its place. Unless published, it is removed
/// with the object. For jobs of the disk lane.
class PartFile {
 public:
  PartFile(std::shared_ptr<LocalSite> site, Place place, const WriteOptions& options);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  int fd() const { return file_.get(); }
  const std::string& path() const { return place_.path; }
  /// Fails now rather than later if the disk has no room for that many bytes.
  void reserve(std::uint64_t size);
  void write(Bytes bytes);
  void write_at(std::uint64_t offset, Bytes bytes);

  // The last steps, in this order. Between two of them others may have their turn on the lane, so
  // that those who must be durable gather, and are forced to disk together.

  /// Gives it its attributes. Returns what a walk would report, without the path.
  FileInfo seal(const WriteOptions& options);
  /// Gives it its name, if the preconditions hold then; if it must be durable, after its bytes are.
  void publish(const WriteOptions& options);
  /// If it must be durable, returns once its name is.
  void settle();

 private:
  void apply_attributes(const WriteOptions& options);
  bool give_owner(const FileExtras& extras);
  void take_name(const WriteOptions& options);
  void refuse_to_replace_another();

  std::shared_ptr<LocalSite> site_;
  Place place_;
  TemporaryNames::Use use_;
  std::string temporary_;  // empty once published
  UniqueFd file_;
  std::optional<GroupSync::Member> bytes_sync_, name_sync_;
};

}  // namespace sluice
