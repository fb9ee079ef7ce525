#include "glue/report_words.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>

namespace sluice::glue {

LayerStatus layer_status(const LayerDownload& layer) {
  if (layer.found.failure) return LayerStatus::failed;
  std::size_t failed = 0;
  for (const FileOutcome& outcome : layer.outcomes) {
    if (outcome.status == DownloadStatus::failed || outcome.status == DownloadStatus::pending)
      ++failed;
  }
  if (layer.outcomes.empty()) return LayerStatus::empty;
  if (failed == 0) return LayerStatus::success;
  return failed == layer.outcomes.size() ? LayerStatus::failed : LayerStatus::partial;
}

namespace words {
namespace {

constexpr Message<> success_state{"success", "成功"}, partial_state{"partly failed", "一部失敗"},
    failed_state{"failed", "失敗"}, empty_state{"no files", "ファイルなし"};

}  // namespace

std::string of_layer(Language language, LayerStatus status) {
  switch (status) {
    case LayerStatus::success:
      return say(language, success_state);
    case LayerStatus::partial:
      return say(language, partial_state);
    case LayerStatus::failed:
      return say(language, failed_state);
    case LayerStatus::empty:
      break;
  }
  return say(language, empty_state);
}

std::string of_file(Language language, DownloadStatus status) {
  switch (status) {
    case DownloadStatus::success:
      return say(language, succeeded);
    case DownloadStatus::skipped:
      return say(language, skipped);
    case DownloadStatus::failed:
      return say(language, failed);
    case DownloadStatus::pending:
      break;
  }
  return say(language, pending);
}

std::string megabytes(std::uint64_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  const double share =
      whole == 0 ? 0.0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return fmt::format("{:.1f}", share);
}

std::string spoken(Language language, double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::llround(std::max(0.0, seconds)));
  const std::uint64_t hours = whole / 3600, minutes = whole / 60 % 60, rest = whole % 60;
  if (hours > 0) return say(language, hours_minutes_seconds, hours, minutes, rest);
  return say(language, minutes_seconds, minutes, rest);
}

std::string shown_path(const ReportData& data, std::string_view local_path) {
  return (std::filesystem::path(data.output_directory) / local_path).lexically_normal().string();
}

}  // namespace words
}  // namespace sluice::glue
