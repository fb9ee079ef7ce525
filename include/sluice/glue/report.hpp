#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/core/language.hpp"
#include "sluice/core/time.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/file_downloader.hpp"
#include "sluice/glue/workflow_run.hpp"

namespace sluice::glue {

/// All that a report tells. Valid also for a run that failed or was broken off.
struct ReportData {
  TimePoint timestamp{};  ///< When the run began.
  TimePoint finished{};
  std::string workflow_name, config_file, output_directory;
  const Configuration* configuration = nullptr;  ///< Never null; outlives the report.
  std::optional<WorkflowRunResult> workflow;     ///< nullopt: nothing was run.
  std::optional<DownloadResult> download;        ///< nullopt: it did not come to that.
  std::vector<std::string> errors, warnings;     ///< As logged, in their order; the first of them.
  std::uint64_t error_count = 0, warning_count = 0;  ///< All of them.
};

struct ReportStyle {
  Language language = Language::japanese;
};

std::string text_report(const ReportData& data, ReportStyle style);
std::string json_report(const ReportData& data);
/// One file that needs no other: graph, timeline, throughput, tables, errors first.
std::string html_report(const ReportData& data, ReportStyle style);

/// "report_20241114_103045", in the local time zone.
std::string report_name(TimePoint timestamp);

enum class LayerStatus : std::uint8_t { success, partial, failed, empty };
LayerStatus layer_status(const LayerDownload& layer);

/// Writes the three files into a directory, whole or not at all, mode 0600.
class ReportGenerator {
 public:
  explicit ReportGenerator(Language language) : language_(language) {}
  /// Returns the paths below `output`, in the order txt, json, html. A name that is taken gets "_2"
  /// and so on. The texts are made on the CPU lane: they may tell of very many files.
  Task<std::vector<std::string>> generate(Runtime& runtime, OpContext context, FileSystem& output,
                                          const ReportData& data);

 private:
  Language language_;
};

}  // namespace sluice::glue
