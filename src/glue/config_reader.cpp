#include "glue/config_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <tuple>

namespace sluice::glue {
namespace {

using codec::YamlValue;

// Levenshtein's distance, for names as short as keys are.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

std::string_view nearest(std::string_view name, const std::vector<std::string>& known) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t far = distance(name, candidate);
    if (far < least) {
      least = far;
      best = candidate;
    }
  }
  return best;
}

template <class Number>
std::optional<Number> parsed(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Whether it may be more than text: what stands in quotes is text, unless the environment is in
/// it.
bool is_bare(const YamlValue& value) {
  return value.plain || value.text.find("${") != std::string::npos;
}

}  // namespace

void Problems::put(codec::YamlPlace place, std::string key, std::string text) {
  found_.push_back({place.line, place.column, std::move(key), std::move(text)});
}

bool Problems::has(std::string_view key) const {
  return std::ranges::any_of(found_, [key](const ConfigProblem& one) { return one.key == key; });
}

std::vector<ConfigProblem> Problems::take() {
  std::ranges::sort(found_, [](const ConfigProblem& a, const ConfigProblem& b) {
    return std::tie(a.line, a.column, a.key) < std::tie(b.line, b.column, b.key);
  });
  return std::move(found_);
}

std::string shown(const YamlValue& value) {
  constexpr std::size_t longest = 60;
  switch (value.kind) {
    case YamlValue::Kind::null:
      return "null";
    case YamlValue::Kind::list:
      return "a list";
    case YamlValue::Kind::map:
      return "a map";
    case YamlValue::Kind::scalar:
      break;
  }
  const std::string text =
      value.text.size() > longest ? value.text.substr(0, longest) + "..." : value.text;
  return value.plain ? text : fmt::format("\"{}\"", text);
}

std::optional<std::string> expanded(const YamlValue& scalar, const std::string& key,
                                    Problems& problems) {
  std::string result;
  std::string_view rest = scalar.text;
  for (;;) {
    const std::size_t at = rest.find("${");
    result += rest.substr(0, at);
    if (at == std::string_view::npos) return result;
    if (at > 0 && rest[at - 1] == '$') {  // "$${" stands for "${"
      result += '{';
      rest.remove_prefix(at + 2);
      continue;
    }
    const std::size_t end = rest.find('}', at);
    const std::string_view name =
        end == std::string_view::npos ? std::string_view() : rest.substr(at + 2, end - at - 2);
    if (!is_name(name)) {
      problems.add(scalar.place, key, messages::bad_reference);
      return std::nullopt;
    }
    const auto value = problems.environment().get(name);
    if (!value) {
      problems.add(scalar.place, key, messages::unset_variable, name);
      return std::nullopt;
    }
    result += *value;
    rest.remove_prefix(end + 1);
  }
}

MapReader::MapReader(const YamlValue* map, std::string path, Problems& problems)
    : path_(std::move(path)), problems_(problems) {
  if (!map || map->is_null()) return;
  place_ = map->place;
  if (!map->is_map()) {
    problems_.add(map->place, path_, messages::want_map);
    return;
  }
  map_ = map;
  check_duplicates();
}

MapReader::~MapReader() {
  if (!map_) return;
  for (const codec::YamlKey& key : map_->keys) {
    if (std::ranges::find(known_, key.text) != known_.end()) continue;
    std::string text = say(problems_.language(), messages::unknown_key, std::string_view(key.text));
    const std::string_view other = nearest(key.text, known_);
    if (!other.empty()) text += say(problems_.language(), messages::did_you_mean, other);
    problems_.put(key.place, key_of(key.text), std::move(text));
  }
}

void MapReader::check_duplicates() {
  std::set<std::string_view> seen;
  for (const codec::YamlKey& key : map_->keys) {
    if (!seen.insert(key.text).second)
      problems_.add(key.place, key_of(key.text), messages::key_twice);
  }
}

std::string MapReader::key_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

const YamlValue* MapReader::find(std::string_view name) const {
  if (!map_) return nullptr;
  const auto found = std::ranges::find(map_->keys, name, &codec::YamlKey::text);
  if (found == map_->keys.end()) return nullptr;
  return &map_->items[static_cast<std::size_t>(found - map_->keys.begin())];
}

codec::YamlPlace MapReader::place_of(std::string_view name) const {
  const YamlValue* const found = find(name);
  return found ? found->place : place_;
}

const YamlValue* MapReader::value(std::string_view name) {
  known_.emplace_back(name);
  const YamlValue* const found = find(name);
  return found && !found->is_null() ? found : nullptr;
}

std::optional<std::string> MapReader::text(std::string_view name) {
  const YamlValue* const found = value(name);
  if (!found) return std::nullopt;
  if (!found->is_scalar()) {
    problems_.add(found->place, key_of(name), messages::want_text);
    return std::nullopt;
  }
  return expanded(*found, key_of(name), problems_);
}

std::string MapReader::needed_text(std::string_view name) {
  const bool there = value(name) != nullptr;
  if (!there) {
    problems_.add(place_, key_of(name), messages::missing);
    return "";
  }
  const auto found = text(name);
  if (found && found->empty()) problems_.add(place_of(name), key_of(name), messages::empty_text);
  return found.value_or("");
}

void MapReader::boolean(std::string_view name, bool& into) {
  const YamlValue* const found = value(name);
  if (!found) return;
  const auto given = found->is_scalar() ? expanded(*found, key_of(name), problems_) : std::string();
  if (!given) return;
  // YAML 1.2's core schema; "yes" and "on" mean text there.
  const bool bare = is_bare(*found);
  if (bare && (*given == "true" || *given == "True" || *given == "TRUE")) {
    into = true;
  } else if (bare && (*given == "false" || *given == "False" || *given == "FALSE")) {
    into = false;
  } else {
    problems_.add(found->place, key_of(name), messages::want_boolean, shown(*found));
  }
}

std::optional<std::uint64_t> MapReader::integer(std::string_view name, std::uint64_t least,
                                                std::uint64_t most) {
  const YamlValue* const found = value(name);
  if (!found) return std::nullopt;
  const auto given = found->is_scalar() ? expanded(*found, key_of(name), problems_) : std::string();
  if (!given) return std::nullopt;
  const auto number = is_bare(*found) ? parsed<std::uint64_t>(*given) : std::nullopt;
  if (number && *number >= least && *number <= most) return number;
  problems_.add(found->place, key_of(name), messages::want_integer, least, most, shown(*found));
  return std::nullopt;
}

void MapReader::seconds(std::string_view name, std::uint64_t least, Duration& into) {
  constexpr std::uint64_t most = 100'000'000;  // three years
  if (const auto given = integer(name, least, most))
    into = std::chrono::seconds(static_cast<std::int64_t>(*given));
}

std::optional<double> MapReader::number(std::string_view name) {
  const YamlValue* const found = value(name);
  if (!found) return std::nullopt;
  const auto given = found->is_scalar() ? expanded(*found, key_of(name), problems_) : std::string();
  if (!given) return std::nullopt;
  const auto read = is_bare(*found) ? parsed<double>(*given) : std::nullopt;
  if (read && std::isfinite(*read) && *read >= 0) return read;
  problems_.add(found->place, key_of(name), messages::want_number, shown(*found));
  return std::nullopt;
}

std::optional<std::size_t> MapReader::choice(std::string_view name,
                                             std::initializer_list<std::string_view> choices) {
  const YamlValue* const found = value(name);
  if (!found) return std::nullopt;
  const auto given = found->is_scalar() ? expanded(*found, key_of(name), problems_) : std::string();
  if (!given) return std::nullopt;
  const auto at = std::ranges::find(choices, std::string_view(*given));
  if (at != choices.end()) return static_cast<std::size_t>(at - choices.begin());
  problems_.add(found->place, key_of(name), messages::want_choice,
                fmt::format("{}", fmt::join(choices, ", ")), shown(*found));
  return std::nullopt;
}

std::optional<std::vector<std::string>> MapReader::texts(std::string_view name) {
  const YamlValue* const found = value(name);
  if (!found) return std::nullopt;
  if (!found->is_list()) {
    problems_.add(found->place, key_of(name), messages::want_list);
    return std::nullopt;
  }
  std::vector<std::string> read;
  for (std::size_t i = 0; i < found->items.size(); ++i) {
    const std::string key = fmt::format("{}[{}]", key_of(name), i);
    const YamlValue& item = found->items[i];
    if (!item.is_scalar()) {
      problems_.add(item.place, key, messages::want_text);
    } else if (auto text = expanded(item, key, problems_)) {
      read.push_back(std::move(*text));
    }
  }
  if (found->items.empty()) problems_.add(found->place, key_of(name), messages::empty_list);
  return read;
}

}  // namespace sluice::glue
