#include <cmath>

#include "glue/local_time.hpp"
#include "glue/report_words.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/glue/report.hpp"

namespace sluice::glue {
namespace {

using codec::JsonWriter;

// Three digits: a small file has a size, too.
double rounded(double value) {
  return std::round(value * 1000.0) / 1000.0;
}

double in_megabytes(std::uint64_t bytes) {
  return rounded(static_cast<double>(bytes) / (1024.0 * 1024.0));
}

void time_member(JsonWriter& writer, const char* key, const std::optional<TimePoint>& time) {
  writer.key(key);
  if (time) {
    writer.value(local_iso(*time));
  } else {
    writer.null();
  }
}

void number_member(JsonWriter& writer, const char* key, const std::optional<double>& number) {
  writer.key(key);
  if (number) {
    writer.value(rounded(*number));
  } else {
    writer.null();
  }
}

std::string_view name_of(LayerStatus status) {
  switch (status) {
    case LayerStatus::success:
      return "success";
    case LayerStatus::partial:
      return "partial";
    case LayerStatus::failed:
      return "failed";
    case LayerStatus::empty:
      break;
  }
  return "empty";
}

// A file that was not begun has failed to be there.
std::string_view name_of(DownloadStatus status) {
  if (status == DownloadStatus::success) return "success";
  return status == DownloadStatus::skipped ? "skipped" : "failed";
}

void write_info(JsonWriter& writer, const ReportData& data) {
  writer.key("execution_info").begin_object();
  writer.key("timestamp").value(local_iso(data.timestamp));
  writer.key("workflow_name").value(data.workflow_name);
  writer.key("config_file").value(data.config_file);
  writer.key("output_directory").value(data.output_directory);
  writer.end_object();
}

void write_workflow(JsonWriter& writer, const ReportData& data) {
  writer.key("workflow_execution");
  if (!data.workflow) {
    writer.null();
    return;
  }
  const WorkflowRunResult& run = *data.workflow;
  writer.begin_object().key("run_id").value(run.run_id).key("status").value(run.status);
  time_member(writer, "start_time", run.start_time);
  time_member(writer, "end_time", run.end_time);
  number_member(writer, "duration_seconds", run.duration_seconds);
  writer.key("total_jobs").value(std::uint64_t{run.total_jobs});
  writer.key("completed_jobs").value(std::uint64_t{run.completed_jobs});
  writer.key("failed_jobs").value(std::uint64_t{run.failed_jobs});
  writer.key("success_rate").value(rounded(run.get_success_rate()));
  writer.key("job_details").begin_array();
  for (const JobDetail& job : run.job_details) {
    writer.begin_object().key("job_name").value(job.job_name).key("status").value(job.status);
    number_member(writer, "duration_seconds", job.duration_seconds);
    if (!job.error_message.empty()) writer.key("error_message").value(job.error_message);
    writer.end_object();
  }
  writer.end_array().end_object();
}

void write_summary(JsonWriter& writer, const DownloadResult& result) {
  writer.key("summary").begin_object();
  writer.key("total_files").value(result.total_files);
  writer.key("successful").value(result.successful);
  writer.key("failed").value(result.failed);
  writer.key("skipped").value(result.skipped);
  writer.key("total_size_bytes").value(result.total_bytes);
  writer.key("total_size_mb").value(in_megabytes(result.total_bytes));
  writer.key("duration_seconds").value(rounded(result.duration_seconds));
  writer.key("average_speed_mbps").value(rounded(result.average_speed_mbps()));
  writer.key("success_rate").value(rounded(result.get_success_rate()));
  writer.end_object();
}

void write_file(JsonWriter& writer, const ReportData& data, const LayerDownload& layer,
                std::size_t i) {
  const LayerConfig& config = data.configuration->layers[layer.found.layer];
  const S3FileInfo& file = layer.found.files[i];
  writer.begin_object().key("filename").value(file.get_filename());
  writer.key("s3_uri").value(s3_uri(config.s3_bucket, file.key));
  writer.key("local_path").value(words::shown_path(data, layer.local_paths[i]));
  writer.key("size_mb").value(in_megabytes(file.size));
  writer.key("last_modified");
  if (file.last_modified) {
    writer.value(codec::format_iso8601(*file.last_modified));
  } else {
    writer.null();
  }
  writer.key("matched_pattern").value(config.file_patterns[file.matched_pattern]);
  writer.key("download_status").value(name_of(layer.outcomes[i].status)).end_object();
}

void write_layer(JsonWriter& writer, const ReportData& data, const LayerDownload& layer) {
  const LayerConfig& config = data.configuration->layers[layer.found.layer];
  writer.begin_object().key("name").value(config.name);
  writer.key("display_name").value(config.display_name);
  writer.key("s3_bucket").value(config.s3_bucket);
  writer.key("s3_prefix").value(config.s3_prefix);
  writer.key("file_count").value(std::uint64_t{layer.outcomes.size()});
  writer.key("min_files").value(config.min_files).key("max_files");
  if (config.max_files) {
    writer.value(*config.max_files);
  } else {
    writer.null();
  }
  writer.key("total_size_mb").value(in_megabytes(layer.found.total_size()));
  writer.key("status").value(name_of(layer_status(layer)));
  writer.key("files").begin_array();
  for (std::size_t i = 0; i < layer.outcomes.size(); ++i)
    write_file(writer, data, layer, i);
  writer.end_array().end_object();
}

void write_failed(JsonWriter& writer, const ReportData& data, const DownloadResult& result) {
  writer.key("failed_files").begin_array();
  for (const LayerDownload& layer : result.layers) {
    const LayerConfig& config = data.configuration->layers[layer.found.layer];
    for (std::size_t i = 0; i < layer.outcomes.size(); ++i) {
      if (layer.outcomes[i].status != DownloadStatus::failed) continue;
      writer.begin_object().key("s3_uri").value(s3_uri(config.s3_bucket, layer.found.files[i].key));
      writer.key("error").value(layer.outcomes[i].error).end_object();
    }
  }
  writer.end_array();
}

void write_texts(JsonWriter& writer, const char* key, const std::vector<std::string>& texts) {
  writer.key(key).begin_array();
  for (const std::string& text : texts)
    writer.value(text);
  writer.end_array();
}

}  // namespace

std::string json_report(const ReportData& data) {
  const DownloadResult none;
  const DownloadResult& result = data.download ? *data.download : none;
  JsonWriter writer;
  writer.begin_object();
  write_info(writer, data);
  write_workflow(writer, data);
  write_summary(writer, result);
  writer.key("layers").begin_array();
  for (const LayerDownload& layer : result.layers)
    write_layer(writer, data, layer);
  writer.end_array();
  write_failed(writer, data, result);
  write_texts(writer, "errors", data.errors);
  write_texts(writer, "warnings", data.warnings);
  writer.end_object();
  return codec::indented_json(writer.text()) + "\n";
}

}  // namespace sluice::glue
