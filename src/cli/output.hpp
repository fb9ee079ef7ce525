#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "messages.hpp"
#include "output_queue.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/codec/json.hpp"
#include "sluice/flow/progress.hpp"
#include "standard_streams.hpp"

namespace sluice::cli {

struct OutputOptions {
  Language language = Language::english;
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  bool progress_bar = false;  ///< Standard error is a terminal and nothing forbids it.
};

/// What the program prints: results on stdout (text or one JSON object a line), the rest on stderr.
class Output {
 public:
  explicit Output(OutputOptions options);

  Language language() const { return options_.language; }
  bool json() const { return options_.json; }
  bool quiet() const { return options_.quiet; }
  bool verbose() const { return options_.verbose; }
  bool progress_bar() const { return options_.progress_bar; }

  /// A line of results on stdout, written by a thread of its own: the loop goes on when nobody
  /// reads. That it could not be written is kept for finish().
  void line(std::string_view text);
  template <class... Args>
  void line(const Message<Args...>& message, const std::type_identity_t<Args>&... args) {
    line(say(language(), message, args...));
  }
  void object(codec::JsonWriter& writer) { line(writer.take()); }
  /// A line for people on stderr; not when quiet or when stdout carries JSON.
  void note(std::string_view text);
  template <class... Args>
  void note(const Message<Args...>& message, const std::type_identity_t<Args>&... args) {
    note(say(language(), message, args...));
  }
  void error(std::string_view text);
  /// Whether stdout cannot be written to: its reader is gone, or the disk is full.
  bool broken() const { return results_.failure() != 0; }
  /// For who has lines without end: waits until few are left to write, or a stop is requested.
  Task<> room(StopRequested stop_requested);
  /// Waits until all lines of results are written. Throws Error if they could not be, or if nobody
  /// reads them and a stop was requested.
  Task<> finish(StopRequested stop_requested);
  /// Replaces the progress line on the terminal; "" removes it.
  void progress_line(std::string_view text);

 private:
  void clear_progress();

  OutputOptions options_;
  OutputQueue results_;
  bool progress_shown_ = false;
};

/// "12 files, 3.4 MiB, 1.2 MiB/s, 2 skipped, 3 failed".
std::string describe(Language language, const Progress& progress, double seconds);
/// With a bar and the time left, if the total is known.
std::string progress_bar(Language language, const Progress& progress, double seconds);
/// "1m12s", of a summary.
std::string time_taken(double seconds);

void write_progress(codec::JsonWriter& writer, const Progress& progress);
void write_failures(codec::JsonWriter& writer, const FailureList& failures);
/// Each failed file on stderr (up to 20, then their number) for people, or in the summary object
/// for --json.
void print_failures(Output& output, const FailureList& failures);

/// Shows a job's progress while it lives, also while nothing happens: a bar on a terminal, a line
/// every 30 s elsewhere.
class ProgressDisplay {
 public:
  using Words = std::string (*)(Language, const Progress&, double seconds);
  /// `words` say how far the job is; by default describe() and progress_bar().
  ProgressDisplay(Runtime& runtime, Output& output, Words words = nullptr);
  ProgressDisplay(const ProgressDisplay&) = delete;
  ProgressDisplay& operator=(const ProgressDisplay&) = delete;
  ~ProgressDisplay();

  ProgressCallback callback();
  double seconds() const;

 private:
  void show();
  void show_if_due();
  void keep_showing();

  Runtime& runtime_;
  Output& output_;
  Words words_;
  Progress progress_;
  SteadyTime begin_, shown_;
  Timer timer_{runtime_.executor()};
  /// An expiry may be queued already when the timer goes.
  std::shared_ptr<ProgressDisplay*> self_ = std::make_shared<ProgressDisplay*>(this);
};

}  // namespace sluice::cli
