#include <fmt/format.h>

#include "glue/local_time.hpp"
#include "glue/report_words.hpp"
#include "sluice/glue/report.hpp"

namespace sluice::glue {
namespace {

using words::Text;

class TextReport {
 public:
  TextReport(const ReportData& data, Language language) : data_(data), language_(language) {}

  std::string write() {
    line(std::string(width, '='));
    line(say(language_, words::title));
    line(std::string(width, '='));
    line("");
    field(words::executed_at, local_text(data_.timestamp));
    field(words::workflow, data_.workflow_name);
    field(words::config_file, data_.config_file);
    run();
    summary();
    layers();
    files();
    troubles();
    line("");
    line(std::string(width, '='));
    return std::move(out_);
  }

 private:
  static constexpr std::size_t width = 80;

  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }
  void field(const Message<>& name, std::string_view value, std::string_view indent = "") {
    line(fmt::format("{}{}: {}", indent, say(language_, name), value));
  }
  void section(const Message<>& name) {
    line("");
    line(std::string(width, '-'));
    line(say(language_, name));
    line(std::string(width, '-'));
  }
  static std::string time_or_dash(const std::optional<TimePoint>& time) {
    return time ? local_text(*time) : "-";
  }

  void run();
  void summary();
  void layers();
  void files();
  void file_list(const LayerDownload& layer);
  void troubles();
  void trouble_list(const char* level, const std::vector<std::string>& list, std::uint64_t count);

  const ReportData& data_;
  Language language_;
  std::string out_;
};

void TextReport::run() {
  section(words::workflow_result);
  if (!data_.workflow) {
    line(say(language_, words::none_run));
    return;
  }
  const WorkflowRunResult& run = *data_.workflow;
  field(words::run_id, run.run_id);
  field(words::run_status, run.status);
  field(words::started, time_or_dash(run.start_time));
  field(words::ended, time_or_dash(run.end_time));
  std::string taken = "-";
  if (run.duration_seconds) {
    taken = say(language_, words::seconds_and, Text(fmt::format("{:.0f}", *run.duration_seconds)),
                Text(words::spoken(language_, *run.duration_seconds)));
  }
  field(words::duration, taken);
  field(words::total_jobs, std::to_string(run.total_jobs));
  field(words::completed_jobs, std::to_string(run.completed_jobs));
  field(words::failed_jobs, std::to_string(run.failed_jobs));
  field(words::success_rate, fmt::format("{:.1f}%", run.get_success_rate()));
}

void TextReport::summary() {
  section(words::summary);
  if (!data_.download) {
    line(say(language_, words::none_run));
    return;
  }
  const DownloadResult& result = *data_.download;
  const auto share = [&result](std::uint64_t count) {
    return fmt::format("{} ({}%)", count, words::percent(count, result.total_files));
  };
  field(words::total_files,
        fmt::format("{}{}", result.total_files, say(language_, words::of_several)));
  field(words::succeeded, share(result.successful));
  field(words::failed, share(result.failed));
  field(words::skipped, share(result.skipped));
  field(words::total_size, words::megabytes(result.total_bytes) + " MB");
  field(words::time_taken,
        say(language_, words::in_seconds, Text(fmt::format("{:.1f}", result.duration_seconds))));
  field(words::average_speed,
        say(language_, words::speed, Text(fmt::format("{:.1f}", result.average_speed_mbps()))));
}

void TextReport::layers() {
  section(words::by_layer);
  if (!data_.download) {
    line(say(language_, words::none_run));
    return;
  }
  for (const LayerDownload& layer : data_.download->layers) {
    const LayerConfig& config = data_.configuration->layers[layer.found.layer];
    const std::string most = config.max_files ? say(language_, words::at_most, *config.max_files)
                                              : say(language_, words::unlimited);
    line("");
    line(fmt::format("[{}]", config.display_name));
    field(words::bucket, config.s3_bucket, "  ");
    field(words::prefix, config.s3_prefix, "  ");
    field(words::file_count,
          say(language_, words::count_and_range, layer.outcomes.size(), config.least_files(),
              Text(most)),
          "  ");
    field(words::total_size, words::megabytes(layer.found.total_size()) + " MB", "  ");
    field(words::state, words::of_layer(language_, layer_status(layer)), "  ");
  }
}

void TextReport::files() {
  section(words::file_list);
  bool any = false;
  if (data_.download) {
    for (const LayerDownload& layer : data_.download->layers) {
      if (layer.outcomes.empty()) continue;
      any = true;
      file_list(layer);
    }
  }
  if (!any) line(say(language_, words::nothing));
}

void TextReport::file_list(const LayerDownload& layer) {
  const LayerConfig& config = data_.configuration->layers[layer.found.layer];
  // The list is headed by the short name: what stands in brackets explains it.
  const std::string_view shown = config.display_name;
  const std::string_view brief = shown.substr(0, shown.find("（"));
  line("");
  line(say(language_, words::layer_files, brief.empty() ? shown : brief, layer.outcomes.size()));
  for (std::size_t i = 0; i < layer.outcomes.size(); ++i) {
    const S3FileInfo& file = layer.found.files[i];
    const DownloadStatus status = layer.outcomes[i].status;
    const std::string mark = status == DownloadStatus::success
                                 ? ""
                                 : fmt::format(" [{}]", words::of_file(language_, status));
    line(fmt::format("  {}. {} ({} MB) -> {}{}", i + 1, file.get_filename(),
                     words::megabytes(file.size), words::shown_path(data_, layer.local_paths[i]),
                     mark));
  }
}

void TextReport::trouble_list(const char* level, const std::vector<std::string>& list,
                              std::uint64_t count) {
  for (const std::string& text : list)
    line(fmt::format("[{}] {}", level, text));
  if (count > list.size()) line(say(language_, words::more, count - list.size()));
}

void TextReport::troubles() {
  section(words::errors_warnings);
  if (data_.errors.empty() && data_.warnings.empty()) {
    line(say(language_, words::nothing));
    return;
  }
  trouble_list("ERROR", data_.errors, data_.error_count);
  trouble_list("WARNING", data_.warnings, data_.warning_count);
}

}  // namespace

std::string text_report(const ReportData& data, ReportStyle style) {
  return TextReport(data, style.language).write();
}

}  // namespace sluice::glue
