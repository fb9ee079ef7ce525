#include <fmt/format.h>

#include <mutex>
#include <optional>

#include "glue/local_time.hpp"
#include "sluice/glue/glue_log.hpp"

namespace sluice::glue {
namespace {

enum class Field : std::uint8_t { none, asctime, name, levelname, message };

/// A stretch of text, then a field padded as printf's %-10s does.
struct Piece {
  std::string text;
  Field field = Field::none;
  bool left = false;
  std::size_t width = 0;
};

Field field_named(std::string_view name) {
  if (name == "asctime") return Field::asctime;
  if (name == "name") return Field::name;
  if (name == "levelname") return Field::levelname;
  if (name == "message") return Field::message;
  return Field::none;
}

struct Parsed {
  std::vector<Piece> pieces;
  std::string problem;
};

/// "%(name)-8s" after its '%'; moves `format` behind it. Returns what is wrong, or "".
std::string read_field(std::string_view& format, Piece& piece) {
  const std::size_t end = format.find(')');
  if (!format.starts_with('(') || end == std::string_view::npos)
    return "a '%' begins a field such as %(message)s, or stands for itself as %%";
  const std::string_view name = format.substr(1, end - 1);
  piece.field = field_named(name);
  if (piece.field == Field::none)
    return fmt::format("%({})s is none of asctime, name, levelname, message", name);
  format.remove_prefix(end + 1);
  if (format.starts_with('-')) {
    piece.left = true;
    format.remove_prefix(1);
  }
  while (!format.empty() && format[0] >= '0' && format[0] <= '9' && piece.width < 100) {
    piece.width = piece.width * 10 + static_cast<std::size_t>(format[0] - '0');
    format.remove_prefix(1);
  }
  if (!format.starts_with('s')) return fmt::format("%({}) ends in s", name);
  format.remove_prefix(1);
  return "";
}

Parsed parse(std::string_view format) {
  Parsed parsed;
  Piece piece;
  while (!format.empty()) {
    const char c = format[0];
    format.remove_prefix(1);
    if (c != '%') {
      piece.text += c;
    } else if (format.starts_with('%')) {
      piece.text += '%';
      format.remove_prefix(1);
    } else {
      parsed.problem = read_field(format, piece);
      if (!parsed.problem.empty()) return parsed;
      parsed.pieces.push_back(std::exchange(piece, Piece()));
    }
  }
  if (!piece.text.empty()) parsed.pieces.push_back(std::move(piece));
  return parsed;
}

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "DEBUG";
    case LogLevel::info:
      return "INFO";
    case LogLevel::warn:
      return "WARNING";
    default:
      return "ERROR";
  }
}

std::string asctime(TimePoint time) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(time);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(time - whole);
  return fmt::format("{},{:03}", local_text(time), rest.count());
}

void append_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (c == '\r') {
      line += "\\r";
    } else if ((byte < 0x20 && c != '\t') || byte == 0x7F) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
}

struct FieldText {
  std::string& out;
  void operator()(std::string_view text) const { append_escaped(out, text); }
  void operator()(Duration duration) const {
    out += fmt::format("{:.3f}s", std::chrono::duration<double>(duration).count());
  }
  template <class T>
  void operator()(T value) const {
    out += fmt::format("{}", value);
  }
};

/// The message, and the engine's own fields after it.
std::string message_of(const LogRecord& record) {
  std::string text;
  append_escaped(text, record.message);
  for (const auto& fields : {record.context, record.fields}) {
    for (const LogField& field : fields) {
      if (field.name == "logger") continue;
      text += fmt::format(" {}=", field.name);
      std::visit(FieldText{text}, field.value.get());
    }
  }
  return text;
}

std::string logger_of(const LogRecord& record) {
  for (const LogField& field : record.fields) {
    const auto* name = std::get_if<std::string_view>(&field.value.get());
    if (field.name == "logger" && name) return std::string(*name);
  }
  // The engine below speaks of S3 requests and transfers.
  return std::string(name_of(Component::s3));
}

class PythonSink final : public LogSink {
 public:
  PythonSink(std::shared_ptr<LineWriter> writer, const std::string& format)
      : writer_(std::move(writer)), pieces_(parse(format).pieces) {}

  void write(const LogRecord& record) override {
    std::string line;
    for (const Piece& piece : pieces_) {
      line += piece.text;
      append(line, piece, text_of(piece.field, record));
    }
    line += '\n';
    const std::lock_guard lock(mutex_);
    writer_->write_line(line);
  }

 private:
  static std::string text_of(Field field, const LogRecord& record) {
    switch (field) {
      case Field::asctime:
        return asctime(record.time);
      case Field::name:
        return logger_of(record);
      case Field::levelname:
        return std::string(level_name(record.level));
      case Field::message:
        return message_of(record);
      case Field::none:
        break;
    }
    return "";
  }

  static void append(std::string& line, const Piece& piece, const std::string& text) {
    const std::size_t missing = text.size() < piece.width ? piece.width - text.size() : 0;
    if (!piece.left) line.append(missing, ' ');
    line += text;
    if (piece.left) line.append(missing, ' ');
  }

  std::mutex mutex_;
  std::shared_ptr<LineWriter> writer_;
  std::vector<Piece> pieces_;
};

}  // namespace

std::string problem_of_log_format(std::string_view format) {
  return parse(format).problem;
}

std::shared_ptr<LogSink> make_python_sink(std::shared_ptr<LineWriter> writer, std::string format) {
  return std::make_shared<PythonSink>(std::move(writer), format);
}

}  // namespace sluice::glue
