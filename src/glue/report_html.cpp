#include <fmt/format.h>

#include "glue/local_time.hpp"
#include "glue/report_page.hpp"
#include "glue/report_words.hpp"
#include "sluice/glue/file_collector.hpp"
#include "sluice/glue/report.hpp"

namespace sluice::glue {
namespace page {

const std::string_view style_sheet = R"(
:root{--fg:#1b1f24;--bg:#fff;--soft:#57606a;--line:#d0d7de;--panel:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--busy:#0969da;--idle:#6e7781}
@media (prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#0d1117;--soft:#9198a1;--line:#30363d;--panel:#161b22;--good:#3fb950;--bad:#f85149;--busy:#58a6ff;--idle:#8b949e}}
@media print{:root{--fg:#000;--bg:#fff;--panel:#fff}details{break-inside:avoid}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;font:15px/1.6 system-ui,"Noto Sans JP","Hiragino Sans","Yu Gothic",sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.15rem;margin:2rem 0 .75rem;border-bottom:1px solid var(--line);padding-bottom:.25rem}
.lead{color:var(--soft);margin:0 0 1rem}.scroll{overflow-x:auto}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.75rem;margin:1rem 0}
.facts div{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.6rem .8rem;overflow-wrap:anywhere}
.facts b{display:block;font-size:1.15rem}.facts b.long{font-size:.8rem;font-weight:500;line-height:1.35}.facts span{color:var(--soft);font-size:.85rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere;vertical-align:top}
th{color:var(--soft);font-weight:600}td.num,th.num{text-align:right}td.num,th,td.state{white-space:nowrap}
ul.errors,ul.warnings{padding:.6rem 1rem .6rem 2rem;border-radius:8px;border:1px solid var(--line);background:var(--panel);overflow-wrap:anywhere}
ul.errors{border-left:5px solid var(--bad)}ul.warnings{border-left:5px solid #bf8700}
.good{color:var(--good)}.bad{color:var(--bad);font-weight:600}.busy{color:var(--busy)}.idle{color:var(--idle)}
details{border:1px solid var(--line);border-radius:8px;margin:.75rem 0;padding:.25rem .8rem}summary{cursor:pointer;padding:.35rem 0;font-weight:600}
summary small{color:var(--soft);font-weight:400;margin-left:.5rem}
svg{max-width:none;display:block}svg text{font:12px system-ui,"Noto Sans JP",sans-serif;fill:var(--fg)}svg .soft{fill:var(--soft)}
svg .box{fill:var(--panel);stroke:var(--line)}svg .edge{stroke:var(--idle);fill:none}svg .grid{stroke:var(--line)}
svg .good.bar,svg .good.mark{fill:var(--good)}svg .bad.bar,svg .bad.mark{fill:var(--bad)}svg .busy.bar,svg .busy.mark{fill:var(--busy)}svg .idle.bar,svg .idle.mark{fill:var(--idle)}
svg .area{fill:var(--busy);opacity:.35}svg .curve{stroke:var(--busy);fill:none;stroke-width:1.5}
)";

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // Control characters are in no HTML.
        if (byte < 0x20 && c != '\n' && c != '\t') {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string shortened(const std::string& name, std::size_t widest) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto byte = static_cast<unsigned char>(name[i]);
    if ((byte & 0xC0) == 0x80) continue;  // within a character
    width += byte < 0x80 ? 1 : 2;
    if (width > widest) return name.substr(0, i) + "…";
  }
  return name;
}

std::string_view class_of(std::string_view status) {
  if (status == "SUCCEEDED" || status == "COMPLETED") return "good";
  if (status == "RUNNING" || status == "STARTING" || status == "WAITING" || status == "STOPPING")
    return "busy";
  return status == "NOT_RUN" ? "idle" : "bad";
}

}  // namespace page

namespace {

using page::escaped;
using words::Text;

class HtmlReport {
 public:
  HtmlReport(const ReportData& data, Language language) : data_(data), language_(language) {}

  std::string write() {
    head();
    troubles("errors", data_.errors, data_.error_count);
    facts();
    workflow();
    timeline();
    layers();
    troubles("warnings", data_.warnings, data_.warning_count);
    page_ += "</body>\n</html>\n";
    return std::move(page_);
  }

 private:
  std::string said(const Message<>& message) const { return escaped(say(language_, message)); }
  void heading(const Message<>& message) { page_ += fmt::format("<h2>{}</h2>\n", said(message)); }
  void fact(const Message<>& name, std::string_view value, std::string_view kind = "") {
    page_ += fmt::format("<div><span>{}</span><b class=\"{}\">{}</b></div>\n", said(name), kind,
                         escaped(value));
  }

  void head();
  void facts();
  void run_facts(const WorkflowRunResult& run);
  void download_facts(const DownloadResult& result);
  void workflow();
  void jobs(const WorkflowRunResult& run);
  void timeline();
  void layers();
  void layer(const LayerDownload& layer);
  void file(const LayerDownload& layer, const LayerConfig& config, std::size_t i);
  void troubles(const char* kind, const std::vector<std::string>& list, std::uint64_t count);

  const ReportData& data_;
  Language language_;
  std::string page_;
};

void HtmlReport::head() {
  const char* const lang = language_ == Language::japanese ? "ja" : "en";
  page_ += fmt::format(
      "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\" />\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n"
      "<title>{} - {}</title>\n<style>{}</style>\n</head>\n<body>\n",
      lang, escaped(data_.workflow_name), said(words::title), page::style_sheet);
  page_ += fmt::format("<h1>{}</h1>\n<p class=\"lead\">{} · {} · {}</p>\n", said(words::title),
                       escaped(data_.workflow_name), escaped(local_text(data_.timestamp)),
                       escaped(data_.config_file));
}

void HtmlReport::troubles(const char* kind, const std::vector<std::string>& list,
                          std::uint64_t count) {
  if (list.empty()) return;
  page_ += fmt::format("<ul class=\"{}\">\n", kind);
  for (const std::string& text : list)
    page_ += fmt::format("<li>{}</li>\n", escaped(text));
  if (count > list.size())
    page_ +=
        fmt::format("<li>{}</li>\n", escaped(say(language_, words::more, count - list.size())));
  page_ += "</ul>\n";
}

void HtmlReport::facts() {
  page_ += "<div class=\"facts\">\n";
  if (data_.workflow) run_facts(*data_.workflow);
  if (data_.download) download_facts(*data_.download);
  page_ += "</div>\n";
}

void HtmlReport::run_facts(const WorkflowRunResult& run) {
  const std::string_view kind = run.is_successful()                    ? "good"
                                : page::class_of(run.status) == "busy" ? "busy"
                                                                       : "bad";
  fact(words::run_status, run.status, kind);
  fact(words::run_id, run.run_id, "long");
  if (run.duration_seconds) fact(words::duration, words::spoken(language_, *run.duration_seconds));
  fact(words::completed_jobs, fmt::format("{} / {}", run.completed_jobs, run.total_jobs));
  fact(words::failed_jobs, std::to_string(run.failed_jobs), run.failed_jobs > 0 ? "bad" : "");
}

void HtmlReport::download_facts(const DownloadResult& result) {
  fact(words::total_files, std::to_string(result.total_files));
  fact(words::succeeded,
       fmt::format("{} ({}%)", result.successful,
                   words::percent(result.successful, result.total_files)),
       "good");
  fact(words::failed, std::to_string(result.failed), result.failed > 0 ? "bad" : "");
  fact(words::skipped, std::to_string(result.skipped));
  fact(words::total_size, words::megabytes(result.total_bytes) + " MB");
  fact(words::time_taken,
       say(language_, words::in_seconds, Text(fmt::format("{:.1f}", result.duration_seconds))));
  fact(words::average_speed,
       say(language_, words::speed, Text(fmt::format("{:.1f}", result.average_speed_mbps()))));
}

void HtmlReport::workflow() {
  heading(words::graph);
  if (!data_.workflow) {
    page_ += fmt::format("<p class=\"lead\">{}</p>\n", said(words::none_run));
    return;
  }
  page_ += "<div class=\"scroll\">\n";
  page::append_graph(page_, *data_.workflow, language_);
  page_ += "</div>\n";
  jobs(*data_.workflow);
}

void HtmlReport::jobs(const WorkflowRunResult& run) {
  if (run.job_details.empty()) return;
  page_ += fmt::format(
      "<table>\n<tr><th>{}</th><th>{}</th><th class=\"num\">{}</th><th>{}</th><th>{}</th></tr>\n",
      said(words::jobs), said(words::run_status), said(words::duration), said(words::error),
      said(words::logs));
  for (const JobDetail& job : run.job_details) {
    const std::string taken =
        job.duration_seconds ? words::spoken(language_, *job.duration_seconds) : "";
    const std::string state = job.never_ran() ? say(language_, words::not_run) : job.status;
    page_ += fmt::format(
        "<tr><td>{}</td><td class=\"state {}\">{}</td><td class=\"num\">{}</td><td>{}</td><td>{} "
        "{}</td>"
        "</tr>\n",
        escaped(job.job_name), page::class_of(job.status), escaped(state), escaped(taken),
        escaped(job.error_message), escaped(job.log_group), escaped(job.log_stream));
  }
  page_ += "</table>\n";
}

void HtmlReport::timeline() {
  heading(words::timeline);
  page_ += "<div class=\"scroll\">\n";
  page::append_timeline(page_, data_, language_);
  page_ += "</div>\n";
  if (!data_.download) return;
  heading(words::throughput);
  page_ += "<div class=\"scroll\">\n";
  page::append_throughput(page_, *data_.download, language_);
  page_ += "</div>\n";
}

void HtmlReport::layers() {
  if (!data_.download) return;
  heading(words::layers);
  for (const LayerDownload& each : data_.download->layers)
    layer(each);
}

void HtmlReport::layer(const LayerDownload& layer) {
  const LayerConfig& config = data_.configuration->layers[layer.found.layer];
  const LayerStatus status = layer_status(layer);
  const std::string_view kind = status == LayerStatus::success ? "good"
                                : status == LayerStatus::empty ? "idle"
                                                               : "bad";
  page_ += fmt::format(
      "<details{}>\n<summary>{} <span class=\"{}\">{}</span><small>{} · {} · {} MB</small>"
      "</summary>\n",
      kind == "bad" ? " open=\"open\"" : "", escaped(config.display_name), kind,
      escaped(words::of_layer(language_, status)), escaped(config.get_s3_path()),
      layer.outcomes.size(), words::megabytes(layer.found.total_size()));
  if (layer.found.failure)
    page_ += fmt::format("<p class=\"bad\">{}</p>\n", escaped(layer.found.failure->what()));
  page_ += fmt::format(
      "<div class=\"scroll\"><table>\n<tr><th>{}</th><th>{}</th><th class=\"num\">{}</th>"
      "<th>{}</th><th>{}</th><th>{}</th></tr>\n",
      said(words::name), said(words::state), said(words::size), said(words::modified),
      said(words::pattern), said(words::saved_as));
  for (std::size_t i = 0; i < layer.outcomes.size(); ++i)
    file(layer, config, i);
  page_ += "</table></div>\n</details>\n";
}

void HtmlReport::file(const LayerDownload& layer, const LayerConfig& config, std::size_t i) {
  const S3FileInfo& info = layer.found.files[i];
  const FileOutcome& outcome = layer.outcomes[i];
  const std::string_view kind = outcome.status == DownloadStatus::success   ? "good"
                                : outcome.status == DownloadStatus::skipped ? "idle"
                                                                            : "bad";
  std::string state = words::of_file(language_, outcome.status);
  if (!outcome.error.empty()) state += ": " + outcome.error;
  page_ += fmt::format(
      "<tr><td>{}</td><td class=\"{}\">{}</td><td class=\"num\">{} MB</td><td>{}</td>"
      "<td><code>{}</code></td><td>{}</td></tr>\n",
      escaped(relative_key(config, info.key)), kind, escaped(state), words::megabytes(info.size),
      info.last_modified ? escaped(local_text(*info.last_modified)) : "",
      escaped(config.file_patterns[info.matched_pattern]),
      escaped(words::shown_path(data_, layer.local_paths[i])));
}

}  // namespace

std::string html_report(const ReportData& data, ReportStyle style) {
  return HtmlReport(data, style.language).write();
}

}  // namespace sluice::glue
