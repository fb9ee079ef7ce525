#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sluice/flow/processing_workflow.hpp"

namespace sluice {

/// One run of process_files: what its concurrent files share.
class ProcessJob {
 public:
  ProcessJob(Runtime& runtime, OpContext context, FileSystem& files, StatusMemory& memory,
             WorkSource& work, ProcessOptions options);

  Task<ProcessReport> run();

 private:
  enum class Outcome : std::uint8_t { processed, unchanged, not_needed };

  Task<> run_all();
  Task<> clean_up();
  Task<std::optional<Lease>> next_lease();
  Task<> process_lease(Lease lease);
  Task<Outcome> process(FileInfo& file, std::filesystem::path in, std::filesystem::path out);
  Task<std::filesystem::path> run_step(const FileInfo& file, std::filesystem::path in,
                                       std::filesystem::path out);
  Task<> overwrite(const FileInfo& file, std::filesystem::path output, Fingerprint print);
  Task<bool> still_needed(FileInfo file);
  FileInfo as_remembered(FileInfo file) const;
  Task<Fingerprint> fingerprint(std::filesystem::path file);
  Task<> finish(Lease lease, SteadyTime began, std::optional<Outcome> outcome,
                std::optional<Error> failed);
  Task<> make_places(std::filesystem::path in, std::filesystem::path out);
  Task<> remove_temporaries(std::filesystem::path directory);
  bool stopping();
  void report_progress() const;

  Runtime& runtime_;
  OpContext context_;
  FileSystem& files_;
  StatusMemory& memory_;
  WorkSource& work_;
  ProcessOptions options_;
  Capabilities can_;
  std::shared_ptr<AdaptiveLimit> limit_;
  std::filesystem::path directory_;
  std::uint64_t number_ = 0;
  std::vector<Lease> taken_;  // leases in hand, last first
  ProcessReport report_;
};

}  // namespace sluice
