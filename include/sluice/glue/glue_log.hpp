#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "sluice/core/language.hpp"
#include "sluice/core/log.hpp"

namespace sluice::glue {

/// Who speaks; "glue_workflow_downloader.main" and so on in the log.
enum class Component : std::uint8_t { main, workflow, s3, downloader };
std::string_view name_of(Component component);

/// What was warned of and what failed, for the reports: the first `kept` of each, and how many.
struct LogNotes {
  static constexpr std::size_t kept = 1000;
  std::vector<std::string> warnings, errors;
  std::uint64_t warning_count = 0, error_count = 0;
};

/// The downloader's log: messages in the language of the run (glue/messages.hpp), each under its
/// component's name (field "logger"). Copies are cheap and share their notes. Lives on the loop.
class GlueLog {
 public:
  GlueLog(Logger logger, Language language)
      : logger_(std::move(logger)), language_(language), notes_(std::make_shared<LogNotes>()) {}

  const LogNotes& notes() const { return *notes_; }

  Language language() const { return language_; }
  const Logger& logger() const { return logger_; }

  template <class... Args>
  void info(Component from, const Message<Args...>& message,
            const std::type_identity_t<Args>&... args) const {
    write(LogLevel::info, from, say(language_, message, args...));
  }
  template <class... Args>
  void warning(Component from, const Message<Args...>& message,
               const std::type_identity_t<Args>&... args) const {
    write(LogLevel::warn, from, say(language_, message, args...));
  }
  template <class... Args>
  void error(Component from, const Message<Args...>& message,
             const std::type_identity_t<Args>&... args) const {
    write(LogLevel::error, from, say(language_, message, args...));
  }
  template <class... Args>
  void debug(Component from, const Message<Args...>& message,
             const std::type_identity_t<Args>&... args) const {
    if (logger_.enabled(LogLevel::debug))
      write(LogLevel::debug, from, say(language_, message, args...));
  }
  void write(LogLevel level, Component from, std::string_view text) const;

 private:
  Logger logger_;
  Language language_;
  std::shared_ptr<LogNotes> notes_;
};

/// Whether `format` is a Python %-format of the fields asctime, name, levelname and message alone.
/// Returns what is wrong with it, or "".
std::string problem_of_log_format(std::string_view format);

/// Writes records as Python's logging does: "2024-11-14 10:30:45,123 - name - INFO - message", in
/// the local time zone. The name is the field "logger"; other fields (the engine's own records, at
/// debug level) follow the message as key=value. Line ends inside a message are escaped, so that a
/// server's words cannot forge a record.
std::shared_ptr<LogSink> make_python_sink(std::shared_ptr<LineWriter> writer, std::string format);

}  // namespace sluice::glue
