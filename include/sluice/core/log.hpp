#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sluice/core/clock.hpp"
#include "sluice/core/secret.hpp"

namespace sluice {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

std::string_view name_of(LogLevel level);

/// A field's value. Text is borrowed for the call only; a Secret becomes "***" here and cannot be
/// got back.
class LogValue {
 public:
  using Variant =
      std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool, Duration>;

  LogValue(std::string_view text) : value_(text) {}
  LogValue(const std::string& text) : value_(std::string_view(text)) {}
  LogValue(const char* text) : value_(std::string_view(text)) {}
  LogValue(const Secret&) : value_(std::string_view("***")) {}
  LogValue(bool value) : value_(value) {}
  LogValue(double value) : value_(value) {}
  /// Written in seconds: "1.2s".
  template <class Rep, class Period>
  LogValue(std::chrono::duration<Rep, Period> value) : value_(Duration(value)) {}
  template <std::signed_integral T>
  LogValue(T value) : value_(static_cast<std::int64_t>(value)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogValue(T value) : value_(static_cast<std::uint64_t>(value)) {}

  const Variant& get() const { return value_; }

 private:
  Variant value_;
};

struct LogField {
  std::string_view name;
  LogValue value;
};

struct LogRecord {
  TimePoint time;
  LogLevel level;
  std::string_view message;
  std::span<const LogField> context;  ///< From with_fields, outermost first.
  std::span<const LogField> fields;   ///< Of this call.
};

/// Where records go. Called on the loop and, rarely, on offload threads: implementations lock.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(const LogRecord& record) = 0;
};

/// A handle that is cheap to copy. The default one discards everything.
class Logger {
 public:
  Logger() = default;
  Logger(std::shared_ptr<LogSink> sink, std::shared_ptr<const Clock> clock, LogLevel level);

  bool enabled(LogLevel level) const { return target_ && level >= level_; }
  void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;
  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    log(LogLevel::debug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    log(LogLevel::info, message, fields);
  }
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    log(LogLevel::warn, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    log(LogLevel::error, message, fields);
  }
  /// A logger whose records also carry these fields (copied), in place of those of equal name.
  Logger with_fields(std::initializer_list<LogField> fields) const;

 private:
  struct Target;  // one pointer: a logger is copied with each operation's context
  std::shared_ptr<const Target> target_;
  LogLevel level_ = LogLevel::off;
};

/// One JSON object without a line end: {"timestamp":…,"level":…,"message":…, fields…}. Invalid
/// UTF-8 becomes U+FFFD.
std::string format_json(const LogRecord& record);
/// "2025-05-28T10:00:00.000Z INFO  message key=value key="two words"".
std::string format_text(const LogRecord& record);

enum class LogFormat : std::uint8_t { text, json };

/// Takes finished lines (each with its line end).
class LineWriter {
 public:
  virtual ~LineWriter() = default;
  virtual void write_line(std::string_view line) = 0;
};

/// Formats records and hands lines to a writer, under a lock.
std::shared_ptr<LogSink> make_line_sink(std::shared_ptr<LineWriter> writer, LogFormat format);
/// Sends each record to several sinks.
std::shared_ptr<LogSink> make_tee_sink(std::vector<std::shared_ptr<LogSink>> sinks);

}  // namespace sluice
