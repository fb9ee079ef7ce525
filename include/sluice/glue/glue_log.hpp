#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sluice/core/language.hpp"
#include "sluice/core/log.hpp"

namespace sluice::glue {

/// Who speaks; "glue_workflow_downloader.main" and so on in the log.
enum class Component : std::uint8_t { main, workflow, s3, downloader };
std::string_view name_of(Component component);

/// The downloader's log: messages in the language of the run (glue/messages.hpp), each under its
/// component's name (field "logger"). Copies are cheap.
class GlueLog {
 public:
  GlueLog(Logger logger, Language language) : logger_(std::move(logger)), language_(language) {}

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
