#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "glue/local_time.hpp"
#include "glue/report_page.hpp"
#include "glue/report_words.hpp"

namespace sluice::glue::page {
namespace {

constexpr int label_width = 230, plot_width = 700, row_height = 24, top = 26;
constexpr std::size_t widest_label = 34;

struct Bar {
  std::string name;
  std::string_view kind;
  TimePoint begin, end;
};

struct Span {
  TimePoint begin, end;

  double seconds() const {
    return std::max(1e-3, std::chrono::duration<double>(end - begin).count());
  }
  double x(TimePoint time) const {
    const double at = std::chrono::duration<double>(time - begin).count() / seconds();
    return label_width + plot_width * std::clamp(at, 0.0, 1.0);
  }
};

void add_jobs(std::vector<Bar>& bars, const ReportData& data) {
  if (!data.workflow) return;
  for (const JobDetail& job : data.workflow->job_details) {
    if (!job.start_time) continue;
    bars.push_back({job.job_name, class_of(job.status), *job.start_time,
                    job.end_time.value_or(data.finished)});
  }
}

void add_layers(std::vector<Bar>& bars, const ReportData& data) {
  if (!data.download) return;
  for (const LayerDownload& layer : data.download->layers) {
    std::optional<TimePoint> begin, end;
    bool failed = false;
    for (const FileOutcome& outcome : layer.outcomes) {
      failed = failed || outcome.status == DownloadStatus::failed;
      if (outcome.started) begin = std::min(begin.value_or(*outcome.started), *outcome.started);
      if (outcome.ended) end = std::max(end.value_or(*outcome.ended), *outcome.ended);
    }
    if (!begin || !end) continue;
    const LayerConfig& config = data.configuration->layers[layer.found.layer];
    bars.push_back({"⬇ " + config.display_name, failed ? "bad" : "busy", *begin, *end});
  }
}

/// A step of 1, 2, 5 ... seconds, minutes or hours, for at most eight lines.
double tick_step(double seconds) {
  static constexpr auto steps = std::to_array<double>(
      {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400});
  for (const double step : steps) {
    if (seconds / step <= 8) return step;
  }
  return seconds / 8;
}

std::string clock_time(TimePoint time) {
  return local_text(time).substr(11);
}

void append_grid(std::string& page, const Span& span, int bottom) {
  const double step = tick_step(span.seconds());
  for (double at = 0; at <= span.seconds(); at += step) {
    const TimePoint time =
        span.begin + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at));
    page += fmt::format(
        "<line class=\"grid\" x1=\"{0:.1f}\" y1=\"{1}\" x2=\"{0:.1f}\" y2=\"{2}\" />"
        "<text class=\"soft\" x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
        span.x(time), top - 4, bottom, top - 9, clock_time(time));
  }
}

void append_bar(std::string& page, const Bar& bar, const Span& span, int y, Language language) {
  const double left = span.x(bar.begin), right = span.x(bar.end);
  const double seconds = std::chrono::duration<double>(bar.end - bar.begin).count();
  const std::string taken =
      seconds < 60 ? say(language, words::in_seconds, words::Text(fmt::format("{:.1f}", seconds)))
                   : words::spoken(language, seconds);
  page += fmt::format("<g><title>{} {}</title><text x=\"0\" y=\"{}\">{}</text>", escaped(bar.name),
                      escaped(taken), y + 15, escaped(shortened(bar.name, widest_label)));
  page += fmt::format(
      "<rect class=\"{} bar\" x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" rx=\"3\" />",
      bar.kind, left, y + 4, std::max(2.0, right - left), row_height - 9);
  page += fmt::format("<text class=\"soft\" x=\"{:.1f}\" y=\"{}\">{}</text></g>\n", right + 6,
                      y + 16, escaped(taken));
}

void append_nothing(std::string& page, Language language) {
  page += fmt::format("<p class=\"lead\">{}</p>\n", escaped(say(language, words::no_data)));
}

}  // namespace

void append_timeline(std::string& page, const ReportData& data, Language language) {
  std::vector<Bar> bars;
  add_jobs(bars, data);
  add_layers(bars, data);
  if (bars.empty()) return append_nothing(page, language);
  Span span{bars.front().begin, bars.front().end};
  for (const Bar& bar : bars) {
    span.begin = std::min(span.begin, bar.begin);
    span.end = std::max(span.end, bar.end);
  }
  const int bottom = top + static_cast<int>(bars.size()) * row_height;
  page += fmt::format("<svg role=\"img\" aria-label=\"{}\" width=\"{}\" height=\"{}\">\n",
                      escaped(say(language, words::timeline)), label_width + plot_width + 110,
                      bottom + 8);
  append_grid(page, span, bottom);
  int y = top;
  for (const Bar& bar : bars) {
    append_bar(page, bar, span, y, language);
    y += row_height;
  }
  page += "</svg>\n";
}

void append_throughput(std::string& page, const DownloadResult& result, Language language) {
  const std::vector<ThroughputSample>& samples = result.throughput;
  if (samples.empty()) return append_nothing(page, language);
  constexpr int height = 140;
  // Each sample lasts until the next one; the last as long as the one before it, or a second.
  const Duration last = samples.size() > 1 ? samples.back().time - samples[samples.size() - 2].time
                                           : Duration(std::chrono::seconds(1));
  const Span span{samples.front().time, samples.back().time + last};
  std::vector<double> rates;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const TimePoint end = i + 1 < samples.size() ? samples[i + 1].time : span.end;
    const double seconds =
        std::max(1.0, std::chrono::duration<double>(end - samples[i].time).count());
    rates.push_back(static_cast<double>(samples[i].bytes) / (1024.0 * 1024.0) / seconds);
  }
  const double most = std::max(0.1, *std::max_element(rates.begin(), rates.end()));
  page += fmt::format("<svg role=\"img\" aria-label=\"{}\" width=\"{}\" height=\"{}\">\n",
                      escaped(say(language, words::throughput)), label_width + plot_width + 110,
                      top + height + 8);
  append_grid(page, span, top + height);
  std::string path;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double y = top + height * (1 - rates[i] / most);
    const TimePoint end = i + 1 < samples.size() ? samples[i + 1].time : span.end;
    path += fmt::format("{}{:.1f} {:.1f}H{:.1f}", i == 0 ? "M" : "L", span.x(samples[i].time), y,
                        span.x(end));
  }
  page +=
      fmt::format("<path class=\"area\" d=\"{}V{}H{:.1f}z\" /><path class=\"curve\" d=\"{}\" />\n",
                  path, top + height, span.x(span.begin), path);
  const std::string scale = say(language, words::speed, words::Text(fmt::format("{:.1f}", most)));
  page += fmt::format("<text class=\"soft\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\n",
                      label_width - 8, top + 10, escaped(scale));
  page += fmt::format("<text class=\"soft\" x=\"{}\" y=\"{}\" text-anchor=\"end\">0</text></svg>\n",
                      label_width - 8, top + height);
}

}  // namespace sluice::glue::page
