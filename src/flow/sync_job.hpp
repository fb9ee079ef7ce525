#pragma once

#include <memory>
#include <optional>
#include <string>

#include "ordered_cursor.hpp"
#include "path_spill.hpp"
#include "sluice/flow/sync.hpp"

namespace sluice {

/// One run of sync() or copy_named(): the state that its concurrent copies share.
class SyncJob {
 public:
  SyncJob(Runtime& runtime, OpContext context, FileSystem& source, FileSystem& destination,
          SyncOptions options);

  using NextName = std::function<Task<std::optional<std::string>>()>;

  Task<SyncReport> run_merge();
  Task<SyncReport> run_named(NextName next_name);

 private:
  // A file that must be copied, or first looked at (where the listings could not tell).
  struct Work {
    FileInfo source;
    std::optional<FileInfo> destination;
    std::string_view reason;
    bool ask = false;
    bool named = false;     // only the path is known yet
    bool deferred = false;  // tried once before the deletions
  };

  Task<> merge();
  Task<SyncReport> reported(Task<> run);
  Task<std::optional<Work>> next_of_merge();
  Task<std::optional<Work>> next_named(const NextName& next_name);
  Task<std::optional<Work>> next_deferred();
  std::optional<Work> decide_pair(FileInfo source, FileInfo destination);
  Task<> note_extra(const FileInfo& file);
  Task<> work_on(Work work);
  Task<bool> needed(Work& work);
  Task<> copy(const Work& work);
  Task<> transfer_counted(FileInfo file);

  Task<> delete_extras();
  std::string refusal_to_delete() const;
  Task<> remove_batch(std::vector<std::string> paths);
  Task<> remove_empty_parents(const std::vector<std::string>& paths);
  Task<> copy_deferred();

  void fail(std::string path, Error error);
  void skip(const FileInfo& file, std::string_view reason);
  void act(SyncAction::Kind kind, const std::string& path, std::uint64_t size,
           std::string_view reason) const;
  void report_progress() const;
  bool stopping();

  Runtime& runtime_;
  OpContext context_;
  FileSystem& source_;
  FileSystem& destination_;
  SyncOptions options_;
  Capabilities source_can_, destination_can_;
  std::shared_ptr<AdaptiveLimit> limit_;
  std::unique_ptr<OrderedCursor> from_, to_;
  PathSpill extras_, deferred_;
  bool deferring_;
  SyncReport report_;
};

}  // namespace sluice
