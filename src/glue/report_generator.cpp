#include <fmt/format.h>

#include "glue/local_time.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/glue/report.hpp"

namespace sluice::glue {
namespace {

constexpr int most_names = 1000;

Task<> write_file(OpContext context, FileSystem& output, std::string path, std::string text) {
  WriteOptions options;
  options.size = text.size();
  options.must_not_exist = true;
  auto extras = std::make_shared<FileExtras>();
  extras->mode = 0600;
  options.extras = std::move(extras);
  const auto sink = co_await output.create(std::move(context), std::move(path), options);
  co_await sink->commit_with(as_bytes(text));
}

}  // namespace

std::string report_name(TimePoint timestamp) {
  const std::tm parts = local_time(timestamp);
  return fmt::format("report_{:04}{:02}{:02}_{:02}{:02}{:02}", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

Task<std::vector<std::string>> ReportGenerator::generate(Runtime& runtime, OpContext context,
                                                         FileSystem& output,
                                                         const ReportData& data) {
  const std::string base = report_name(data.timestamp);
  std::string name = base;
  for (int number = 2; number < most_names; ++number) {
    const auto taken = co_await output.find(context, name + ".txt", {});
    if (!taken) break;
    name = fmt::format("{}_{}", base, number);
  }
  const std::vector<std::string> files{name + ".txt", name + ".json", name + ".html"};
  const ReportStyle style{.language = language_};
  std::vector<std::string> texts = co_await offload(runtime.cpu(), [&data, style] {
    return std::vector<std::string>{text_report(data, style), json_report(data),
                                    html_report(data, style)};
  });
  for (std::size_t i = 0; i < files.size(); ++i)
    co_await write_file(context, output, files[i], std::move(texts[i]));
  co_return files;
}

}  // namespace sluice::glue
