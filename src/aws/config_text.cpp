#include "aws/config_text.hpp"

#include <algorithm>
#include <utility>

#include "aws/words.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::aws {
namespace {

class Parser {
 public:
  explicit Parser(const ConfigText& source) : path_(source.path), rest_(source.text) {}

  std::vector<TitledSection> run() {
    static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
    if (!is_utf8(rest_)) fail("the file is not UTF-8");
    while (!rest_.empty()) {
      ++line_;
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      take(rest_.substr(0, end));
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
    }
    return std::move(sections_);
  }

 private:
  [[noreturn]] void fail(std::string message) const {
    throw config_error_at(path_, line_, std::move(message));
  }

  void take(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') return;
    const std::size_t indent = line.find_first_not_of(" \t");
    if (setting_ && indent > indent_) {
      continue_setting(text);
    } else if (text.front() == '[') {
      begin_section(text);
    } else {
      begin_setting(text, indent);
    }
  }

  void begin_section(std::string_view text) {
    if (text.back() != ']') fail("'[' without ']'");
    const std::string_view title = trimmed(text.substr(1, text.size() - 2));
    if (title.empty()) fail("a section without a name");
    sections_.push_back({std::string(title), line_, {}});
    setting_.reset();
  }

  // "name = value" or "name: value", cut at whichever sign comes first.
  std::pair<std::string, std::string> split(std::string_view text, std::string_view signs) const {
    const std::size_t sign = text.find_first_of(signs);
    if (sign == text.npos) fail("neither a [section] nor \"name = value\"");
    const std::string name = lower_case(trimmed(text.substr(0, sign)));
    if (name.empty()) fail("a value without a name");
    return {name, std::string(trimmed(text.substr(sign + 1)))};
  }

  void begin_setting(std::string_view text, std::size_t indent) {
    if (sections_.empty()) fail("a setting before the first [section]");
    auto [name, value] = split(text, "=:");
    ConfigSection& section = sections_.back().section;
    section.blocks.erase(name);
    section.values[name] = std::move(value);
    setting_ = std::move(name);
    indent_ = indent;
  }

  void continue_setting(std::string_view text) {
    ConfigSection& section = sections_.back().section;
    std::string& value = section.values[*setting_];
    if (!value.empty()) {
      value.append("\n").append(text);
      return;
    }
    auto [name, nested] = split(text, "=");
    section.blocks[*setting_][std::move(name)] = std::move(nested);
  }

  const std::string& path_;
  std::string_view rest_;
  std::size_t line_ = 0;
  std::vector<TitledSection> sections_;
  std::optional<std::string> setting_;  // the last one, which an indented line continues
  std::size_t indent_ = 0;
};

}  // namespace

std::vector<TitledSection> parse_config_text(const ConfigText& source) {
  return Parser(source).run();
}

Error config_error_at(const std::string& path, std::size_t line, std::string message) {
  std::string subject = path;
  if (line > 0) subject.append(":").append(std::to_string(line));
  return Error(ErrorCode::config, "read configuration", std::move(subject), std::move(message));
}

}  // namespace sluice::aws
