#include "sluice/core/log.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

#include "sluice/core/json_text.hpp"

namespace sluice {

// Fields of with_fields: the names and texts are kept alive by `storage`.
struct Logger::Target {
  std::shared_ptr<LogSink> sink;
  std::shared_ptr<const Clock> clock;
  std::vector<LogField> fields;
  std::vector<std::unique_ptr<const std::string>> storage;
  std::shared_ptr<const Target> outer;  // owns texts that fields taken over from it refer to

  std::string_view keep(std::string_view text) {
    storage.push_back(std::make_unique<const std::string>(text));
    return *storage.back();
  }
};

namespace {

std::string timestamp(TimePoint time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(time - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())),
                     millis);
}

// As the users' logs have it: "1.2s". Milliseconds are as fine as anybody reads them.
std::string duration_text(Duration duration) {
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
  return fmt::format("{}s", static_cast<double>(millis) / 1000);
}

void append_json_value(std::string& out, const LogValue& value) {
  std::visit(
      [&out](const auto& held) {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::string_view>) {
          append_json_string(out, held);
        } else if constexpr (std::is_same_v<std::decay_t<decltype(held)>, Duration>) {
          append_json_string(out, duration_text(held));
        } else {
          fmt::format_to(std::back_inserter(out), "{}", held);
        }
      },
      value.get());
}

bool needs_quotes(std::string_view text) {
  const auto awkward = [](char c) {
    return c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F;
  };
  return text.empty() || std::any_of(text.begin(), text.end(), awkward) || !is_utf8(text);
}

void append_text_value(std::string& out, const LogValue& value) {
  const auto* text = std::get_if<std::string_view>(&value.get());
  const auto* duration = std::get_if<Duration>(&value.get());
  if (text && !needs_quotes(*text)) {
    out += *text;
  } else if (duration) {
    out += duration_text(*duration);
  } else {
    append_json_value(out, value);
  }
}

class LineSink final : public LogSink {
 public:
  LineSink(std::shared_ptr<LineWriter> writer, LogFormat format)
      : writer_(std::move(writer)), format_(format) {}

  void write(const LogRecord& record) override {
    std::string line = format_ == LogFormat::json ? format_json(record) : format_text(record);
    line += '\n';
    const std::lock_guard lock(mutex_);
    writer_->write_line(line);
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<LineWriter> writer_;
  LogFormat format_;
};

class TeeSink final : public LogSink {
 public:
  explicit TeeSink(std::vector<std::shared_ptr<LogSink>> sinks) : sinks_(std::move(sinks)) {}
  void write(const LogRecord& record) override {
    for (const auto& sink : sinks_)
      sink->write(record);
  }

 private:
  std::vector<std::shared_ptr<LogSink>> sinks_;
};

}  // namespace

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
    case LogLevel::off:
      return "off";
  }
  return "off";
}

Logger::Logger(std::shared_ptr<LogSink> sink, std::shared_ptr<const Clock> clock, LogLevel level)
    : level_(level) {
  if (!sink) return;
  auto target = std::make_shared<Target>();
  target->sink = std::move(sink);
  target->clock = std::move(clock);
  target_ = std::move(target);
}

void Logger::log(LogLevel level, std::string_view message,
                 std::initializer_list<LogField> fields) const {
  if (!enabled(level)) return;
  target_->sink->write({.time = target_->clock->now(),
                        .level = level,
                        .message = message,
                        .context = target_->fields,
                        .fields = {fields.begin(), fields.size()}});
}

Logger Logger::with_fields(std::initializer_list<LogField> fields) const {
  if (!target_) return *this;
  auto target = std::make_shared<Target>();
  target->sink = target_->sink;
  target->clock = target_->clock;
  target->fields = target_->fields;
  target->outer = target_;
  for (const LogField& field : fields) {
    const auto* text = std::get_if<std::string_view>(&field.value.get());
    const LogValue value = text ? LogValue(target->keep(*text)) : field.value;
    // A name twice would be no JSON that anybody reads alike.
    std::erase_if(target->fields, [&](const LogField& held) { return held.name == field.name; });
    target->fields.push_back({target->keep(field.name), value});
  }
  Logger inner = *this;
  inner.target_ = std::move(target);
  return inner;
}

std::string format_json(const LogRecord& record) {
  std::string out = fmt::format(R"({{"timestamp":"{}","level":"{}","message":)",
                                timestamp(record.time), name_of(record.level));
  append_json_string(out, record.message);
  for (const auto& group : {record.context, record.fields}) {
    for (const LogField& field : group) {
      out += ',';
      append_json_string(out, field.name);
      out += ':';
      append_json_value(out, field.value);
    }
  }
  out += '}';
  return out;
}

std::string format_text(const LogRecord& record) {
  std::string level(name_of(record.level));
  for (char& c : level)
    c = static_cast<char>(c - 'a' + 'A');
  std::string out = fmt::format("{} {:<5} {}", timestamp(record.time), level, record.message);
  for (const auto& group : {record.context, record.fields}) {
    for (const LogField& field : group) {
      fmt::format_to(std::back_inserter(out), " {}=", field.name);
      append_text_value(out, field.value);
    }
  }
  return out;
}

std::shared_ptr<LogSink> make_line_sink(std::shared_ptr<LineWriter> writer, LogFormat format) {
  return std::make_shared<LineSink>(std::move(writer), format);
}

std::shared_ptr<LogSink> make_tee_sink(std::vector<std::shared_ptr<LogSink>> sinks) {
  return std::make_shared<TeeSink>(std::move(sinks));
}

}  // namespace sluice
