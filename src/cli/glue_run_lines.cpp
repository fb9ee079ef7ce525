#include "glue_run_lines.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/codec/units.hpp"
#include "sluice/core/redaction.hpp"
#include "text_width.hpp"

namespace sluice::cli {
namespace {

using glue::JobDetail;
using glue::WorkflowRunResult;

constexpr Message<std::string_view, std::string_view, std::uint32_t, std::uint32_t, std::uint32_t,
                  std::string_view>
    heading{"{} {}  {}/{} jobs completed, {} failed  {}",
            "{} {}  完了ジョブ {}/{}, 失敗ジョブ {}  {}"};
constexpr Message<std::size_t> and_more{"... and {} more jobs", "... ほか {} ジョブ"};

constexpr std::size_t longest_error = 500, longest_name = 255;  // bytes

// A server's words do not steer the terminal.
std::string shown_name(const JobDetail& job) {
  return one_line(job.job_name, longest_name);
}

std::string_view mark(const JobDetail& job) {
  if (job.succeeded()) return "✓";
  if (job.failed()) return "✗";
  if (job.never_ran()) return "·";
  return "▶";
}

// What needs an eye stays when there is no room for all.
int weight(const JobDetail& job) {
  if (job.failed()) return 0;
  if (!job.succeeded() && !job.never_ran()) return 1;
  return job.never_ran() ? 2 : 3;
}

std::string duration_of(const JobDetail& job, TimePoint now) {
  if (job.duration_seconds) {
    return codec::format_duration(
        std::chrono::seconds(static_cast<std::int64_t>(*job.duration_seconds)));
  }
  if (!job.start_time || job.end_time) return "";
  return codec::format_duration(std::chrono::floor<std::chrono::seconds>(now - *job.start_time));
}

std::string job_line(const JobDetail& job, TimePoint now, std::size_t name_width) {
  const std::string state = job.never_ran() ? "-" : job.status;
  std::string line = fmt::format(" {} {}  {:<10} {:>8}", mark(job),
                                 padded(shown_name(job), name_width), state, duration_of(job, now));
  if (!job.error_message.empty()) line += "  " + one_line(job.error_message, longest_error);
  return line;
}

std::vector<const JobDetail*> chosen(const std::vector<JobDetail>& jobs, std::size_t room) {
  std::vector<const JobDetail*> kept;
  for (int limit = 0; limit <= 3; ++limit) {
    for (const JobDetail& job : jobs) {
      if (weight(job) == limit && kept.size() < room) kept.push_back(&job);
    }
  }
  std::sort(kept.begin(), kept.end());  // they lie in one vector: back in the graph's order
  return kept;
}

}  // namespace

std::vector<std::string> describe_run(const WorkflowRunResult& run, TimePoint now,
                                      Language language, std::size_t width, std::size_t height) {
  const std::string elapsed =
      run.start_time
          ? codec::format_duration(std::chrono::floor<std::chrono::seconds>(now - *run.start_time))
          : "";
  std::vector<std::string> lines{
      cut(say(language, heading, run.workflow_name, run.status, run.completed_jobs, run.total_jobs,
              run.failed_jobs, elapsed),
          width)};
  const std::size_t room = std::max<std::size_t>(height, 3) - 2;
  const std::vector<const JobDetail*> jobs = chosen(run.job_details, room);
  std::size_t name_width = 0;
  for (const JobDetail* job : jobs)
    name_width = std::max(name_width, text_width(shown_name(*job)));
  for (const JobDetail* job : jobs)
    lines.push_back(cut(job_line(*job, now, name_width), width));
  const std::size_t left_out = run.job_details.size() - jobs.size();
  if (left_out > 0) lines.push_back(cut(say(language, and_more, left_out), width));
  return lines;
}

}  // namespace sluice::cli
