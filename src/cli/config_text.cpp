#include "config_text.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice::cli {
namespace {

/// The top, a command, its action, and what an error is told about.
constexpr std::size_t deepest_section = 4;

/// Takes the parser's events as they come, so that nothing is built that could be larger than the
/// text.
class ConfigBuilder final : public YAML::EventHandler {
 public:
  explicit ConfigBuilder(std::string_view name) : name_(name) {}

  ConfigFile take() { return std::move(result_); }

  std::string place(const YAML::Mark& mark) const {
    // Of some errors the parser knows no place.
    return mark.is_null() ? name_ + ":1:1"
                          : fmt::format("{}:{}:{}", name_, mark.line + 1, mark.column + 1);
  }

  Error refusal(const YAML::Mark& mark, std::string message) const {
    return Error(ErrorCode::config, "read configuration", place(mark), std::move(message));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(begun_, true)) throw refusal(mark, "only one document (\"---\") is read");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (sections_.empty()) return;  // an empty document
    throw refusal(list_ || key_.empty() ? mark : key_mark_, no_value());
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw refusal(mark, "aliases are not supported: write the value out");
  }

  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    if (list_) {
      list_->values.push_back(value);
    } else if (sections_.empty()) {
      throw refusal(mark, "expected \"key: value\" lines");
    } else if (key_.empty()) {
      begin_key(mark, value);
    } else {
      add_value().values.push_back(value);
      key_.clear();
    }
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    if (key_.empty() || list_) throw refusal(mark, no_value());
    list_ = &add_value();
  }

  void OnSequenceEnd() override {
    list_ = nullptr;
    key_.clear();
  }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    const bool inside = !sections_.empty();
    if (list_ || (inside && key_.empty())) throw refusal(mark, no_value());
    if (sections_.size() == deepest_section) throw refusal(mark, "sections nest too deep");
    sections_.push_back(inside ? full_key() + "." : std::string());
    key_.clear();
  }

  void OnMapEnd() override {
    sections_.pop_back();
    key_.clear();
  }

 private:
  void begin_key(const YAML::Mark& mark, const std::string& text) {
    key_ = text;
    std::replace(key_.begin(), key_.end(), '_', '-');
    key_mark_ = mark;
    if (key_.empty()) throw refusal(mark, "a key is empty");
  }

  std::string full_key() const { return sections_.back() + key_; }

  std::string no_value() const {
    return key_.empty() ? std::string("expected \"key: value\" lines")
                        : fmt::format("the key {} needs a value or a list of values", full_key());
  }

  ConfigValue& add_value() {
    const auto [at, inserted] = result_.try_emplace(full_key());
    if (!inserted) throw refusal(key_mark_, fmt::format("the key {} stands twice", full_key()));
    at->second.where = place(key_mark_);
    return at->second;
  }

  std::string name_;
  bool begun_ = false;
  ConfigFile result_;
  std::vector<std::string> sections_;  ///< The prefixes of the open sections: "", "batch.".
  std::string key_;                    ///< Whose value is awaited; empty: a key is.
  YAML::Mark key_mark_;
  ConfigValue* list_ = nullptr;  ///< Whose values are being listed.
};

}  // namespace

ConfigFile parse_config(std::string_view text, std::string_view name) {
  ConfigBuilder builder(name);
  if (text.size() > config_limit)
    throw builder.refusal(YAML::Mark(), "a configuration has at most 1 MiB");
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    throw builder.refusal(error.mark, error.msg);
  }
  return builder.take();
}

}  // namespace sluice::cli
