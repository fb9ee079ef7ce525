#include "sluice/codec/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>
#include <utility>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {
namespace {

constexpr std::size_t longest = 1_MiB;
constexpr std::size_t deepest = 16;

YamlPlace place_of(const YAML::Mark& mark) {
  if (mark.is_null()) return {};  // of some errors the parser knows no place
  return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

/// Takes the parser's events as they come, so that nothing is built that could be larger than the
/// text.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlValue take() { return std::move(top_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(begun_, true))
      throw YamlFailure{place_of(mark), "only one document (\"---\") is read"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    add(mark, {.kind = YamlValue::Kind::null});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw YamlFailure{place_of(mark), "aliases are not supported: write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    if (is_key_awaited()) {
      key_ = YamlKey{.text = value, .place = place_of(mark)};
      return;
    }
    // The parser calls what is quoted "!", and what is plain "?".
    add(mark, {.kind = YamlValue::Kind::scalar, .text = value, .plain = tag == "?"});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlValue::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlValue::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlValue value;
    std::optional<YamlKey> key;  ///< Under which it goes into its parent.
  };

  bool is_key_awaited() const {
    return !open_.empty() && open_.back().value.is_map() && !key_.has_value();
  }

  void add(const YAML::Mark& mark, YamlValue value) {
    if (is_key_awaited()) throw YamlFailure{place_of(mark), "a key must be text"};
    value.place = place_of(mark);
    put(std::move(value), std::exchange(key_, std::nullopt));
  }

  void put(YamlValue value, std::optional<YamlKey> key) {
    if (open_.empty()) {
      top_ = std::move(value);
      return;
    }
    YamlValue& parent = open_.back().value;
    if (key) parent.keys.push_back(std::move(*key));
    parent.items.push_back(std::move(value));
  }

  void open(const YAML::Mark& mark, YamlValue::Kind kind) {
    if (is_key_awaited()) throw YamlFailure{place_of(mark), "a key must be text"};
    if (open_.size() == deepest) throw YamlFailure{place_of(mark), "values nest too deep"};
    open_.push_back({.value = {.kind = kind, .place = place_of(mark)},
                     .key = std::exchange(key_, std::nullopt)});
  }

  void close() {
    Open ended = std::move(open_.back());
    open_.pop_back();
    put(std::move(ended.value), std::move(ended.key));
  }

  YamlValue top_;
  std::vector<Open> open_;
  std::optional<YamlKey> key_;  ///< Read, and its value awaited.
  bool begun_ = false;
};

}  // namespace

YamlValue parse_yaml(std::string_view text) {
  if (text.size() > longest) throw YamlFailure{{}, "the text has more than 1 MiB"};
  TreeBuilder builder;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    throw YamlFailure{place_of(error.mark), error.msg};
  }
  return builder.take();
}

}  // namespace sluice::codec
