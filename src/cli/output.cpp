#include "output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/codec/units.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t failures_named = 20;
constexpr auto bar_interval = std::chrono::milliseconds(200);
constexpr auto line_interval = std::chrono::seconds(30);
constexpr std::size_t enough_waiting = 1_MiB;
constexpr Duration most_patience = std::chrono::milliseconds(10);
/// How long a reader may take for the rest once a stop was requested.
constexpr Duration last_words = std::chrono::milliseconds(500);
/// Results and what is said about them appear in their order on a terminal, if it takes them.
constexpr auto order_kept_for = std::chrono::milliseconds(50);

bool write_text(std::FILE* file, std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size();
}

double elapsed(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

SteadyTime::duration interval_of(const Output& output) {
  return output.progress_bar() ? SteadyTime::duration(bar_interval) : line_interval;
}

}  // namespace

Output::Output(OutputOptions options) : options_(options), results_(STDOUT_FILENO) {}

void Output::line(std::string_view text) {
  clear_progress();
  results_.push(fmt::format("{}\n", text));
}

Task<> Output::room(StopRequested stop_requested) {
  while (results_.waiting() > enough_waiting && !stop_requested())
    co_await sleep_for(most_patience);
}

Task<> Output::finish(StopRequested stop_requested) {
  Duration since_stop{0};
  for (Duration wait = std::chrono::milliseconds(1); results_.waiting() > 0;
       wait = std::min(wait * 2, most_patience)) {
    if (since_stop > last_words) throw cancelled("write to standard output");
    co_await sleep_for(wait);
    if (stop_requested()) since_stop += wait;
  }
  if (broken()) throw error_from_errno(results_.failure(), "write to", "standard output");
}

void Output::note(std::string_view text) {
  if (options_.quiet || options_.json) return;
  results_.drain(order_kept_for);
  clear_progress();
  write_text(stderr, text);
  write_text(stderr, "\n");
}

void Output::error(std::string_view text) {
  results_.drain(order_kept_for);
  clear_progress();
  write_text(stderr, fmt::format("sluice: {}\n", text));
}

void Output::progress_line(std::string_view text) {
  if (!options_.progress_bar || options_.quiet) return;
  results_.drain(order_kept_for);
  clear_progress();
  if (text.empty()) return;
  write_text(stderr, text);
  std::fflush(stderr);
  progress_shown_ = true;
}

void Output::clear_progress() {
  if (!progress_shown_) return;
  write_text(stderr, "\r\033[K");
  progress_shown_ = false;
}

std::string describe(Language language, const Progress& progress, double seconds) {
  std::string text =
      say(language, progress.done == 1 ? messages::one_file : messages::files, progress.done);
  const std::string comma = say(language, messages::comma);
  const auto add = [&](const std::string& part) { text.append(comma).append(part); };
  const auto add_count = [&](const Message<std::uint64_t>& message, std::uint64_t count) {
    if (count > 0) add(say(language, message, count));
  };
  add(codec::format_size(progress.bytes));
  if (seconds > 0.05) {
    const auto rate = static_cast<std::uint64_t>(static_cast<double>(progress.bytes) / seconds);
    add(say(language, messages::rate, codec::format_size(rate)));
  }
  add_count(messages::skipped, progress.skipped);
  add_count(messages::deleted, progress.deleted);
  add_count(messages::failed, progress.failed);
  return text;
}

std::string progress_bar(Language language, const Progress& progress, double seconds) {
  std::string words = describe(language, progress, seconds);
  if (!progress.total_files || *progress.total_files == 0) return words;
  const auto handled =
      std::min(progress.done + progress.failed + progress.skipped, *progress.total_files);
  const double part = static_cast<double>(handled) / static_cast<double>(*progress.total_files);
  constexpr std::size_t width = 24;
  const auto filled = static_cast<std::size_t>(part * width);
  std::string bar =
      fmt::format("[{}{}] {}/{} {}", std::string(filled, '#'), std::string(width - filled, '.'),
                  handled, *progress.total_files, words);
  if (handled > 0 && handled < *progress.total_files) {
    const std::chrono::duration<double> left(seconds / part - seconds);
    const auto rounded = std::chrono::round<std::chrono::seconds>(left);
    bar += say(language, messages::comma);
    bar += say(language, messages::time_left, codec::format_duration(rounded));
  }
  return bar;
}

std::string time_taken(double seconds) {
  return codec::format_duration(
      std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
}

void write_progress(codec::JsonWriter& writer, const Progress& progress) {
  writer.key("done")
      .value(progress.done)
      .key("failed")
      .value(progress.failed)
      .key("skipped")
      .value(progress.skipped);
  writer.key("deleted").value(progress.deleted).key("bytes").value(progress.bytes);
  if (progress.total_files) writer.key("total").value(*progress.total_files);
}

void write_failures(codec::JsonWriter& writer, const FailureList& failures) {
  writer.key("failures").begin_array();
  for (const Failure& failure : failures.list()) {
    writer.begin_object();
    if (!failure.path.empty()) writer.key("path").value(failure.path);
    writer.key("code")
        .value(name_of(failure.error.code()))
        .key("error")
        .value(failure.error.what())
        .end_object();
  }
  writer.end_array();
}

void print_failures(Output& output, const FailureList& failures) {
  if (output.json() || failures.count() == 0) return;
  const Language language = output.language();
  const std::size_t named = std::min(failures.list().size(), failures_named);
  for (std::size_t i = 0; i < named; ++i) {
    const Failure& failure = failures.list()[i];
    const std::string words = describe(language, failure.error);
    output.error(failure.path.empty() ? words : fmt::format("{}: {}", failure.path, words));
  }
  if (failures.count() > named)
    output.error(say(language, messages::more_failures, failures.count() - named));
}

ProgressDisplay::ProgressDisplay(Runtime& runtime, Output& output, Words words)
    : runtime_(runtime),
      output_(output),
      words_(words),
      begin_(runtime.clock().steady()),
      shown_(begin_) {}

ProgressDisplay::~ProgressDisplay() {
  output_.progress_line("");
}

ProgressCallback ProgressDisplay::callback() {
  keep_showing();
  return [this](const Progress& progress) {
    progress_ = progress;
    show_if_due();
  };
}

void ProgressDisplay::show_if_due() {
  const SteadyTime now = runtime_.clock().steady();
  if (now - shown_ < interval_of(output_)) return;
  shown_ = now;
  show();
}

void ProgressDisplay::keep_showing() {
  timer_.expires_after(interval_of(output_));
  timer_.async_wait([weak = std::weak_ptr(self_)](const boost::system::error_code& failed) {
    const auto self = weak.lock();
    if (failed || !self) return;
    (*self)->show_if_due();
    (*self)->keep_showing();
  });
}

void ProgressDisplay::show() {
  const bool bar = output_.progress_bar();
  const Words words = words_ ? words_ : bar ? Words(progress_bar) : Words(describe);
  const std::string text = words(output_.language(), progress_, seconds());
  if (bar) {
    output_.progress_line(text);
  } else {
    output_.note(text);
  }
}

double ProgressDisplay::seconds() const {
  return elapsed(begin_, runtime_.clock().steady());
}

}  // namespace sluice::cli
