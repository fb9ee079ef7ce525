#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session.hpp"
#include "sluice/flow/processing_workflow.hpp"
#include "sluice/state/key_value_store.hpp"
#include "sluice/state/run_lock.hpp"
#include "sluice/state/status_memory.hpp"

namespace sluice::cli {

struct BatchOptions {
  std::string url;
  std::string state;  ///< Empty: a SQLite file in the state directory.
  std::string job = "default";
  std::string backlog;
  std::uint32_t max_tries = 5;
  std::string retry_after = "1m";
  std::string exec, step_timeout, temporary_directory;
  bool shell = false, all = false;
  std::optional<std::uint64_t> max_errors;
  std::vector<std::string> paths;
  FilterOptions filter;
};

/// A batch command's tree, memory and workflow. The session closes what it opens.
class BatchJob {
 public:
  BatchJob(Session& session, const BatchOptions& options);
  ~BatchJob();

  Task<> open();
  /// For what changes the memory. Throws Error{conflict} while another run of this job is active.
  Task<> open_alone();
  Task<ScanReport> scan(std::filesystem::path backlog);
  Task<ProcessReport> process(std::filesystem::path backlog);
  StoredStatusMemory& memory() { return *memory_; }
  std::filesystem::path default_backlog() const;
  void print_scan(const ScanReport& report);

 private:
  ProcessOptions process_options() const;
  void print_process(const ProcessReport& report, double seconds);

  Session& session_;
  const BatchOptions& options_;
  std::shared_ptr<FileSystem> tree_;
  std::string root_;  ///< Names the tree in the memory.
  std::shared_ptr<KeyValueStore> store_;
  std::unique_ptr<StoredStatusMemory> memory_;
  std::unique_ptr<RunLock> lock_;
};

}  // namespace sluice::cli
