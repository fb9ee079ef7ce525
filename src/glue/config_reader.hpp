#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "glue/config_messages.hpp"
#include "sluice/codec/yaml.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/core/time.hpp"
#include "sluice/glue/config_manager.hpp"

namespace sluice::glue {

/// Gathers what is wrong in a file while it is read on.
class Problems {
 public:
  Problems(const Environment& environment, Language language)
      : environment_(environment), language_(language) {}

  template <class... Args>
  void add(codec::YamlPlace place, std::string key, const Message<Args...>& message,
           const std::type_identity_t<Args>&... args) {
    put(place, std::move(key), say(language_, message, args...));
  }
  void put(codec::YamlPlace place, std::string key, std::string text);
  bool has(std::string_view key) const;
  Language language() const { return language_; }
  const Environment& environment() const { return environment_; }
  std::vector<ConfigProblem> take();  ///< In the file's order.

 private:
  const Environment& environment_;
  Language language_;
  std::vector<ConfigProblem> found_;
};

/// The value as written, for a message; never what the environment put in its place.
std::string shown(const codec::YamlValue& value);
/// With ${NAME} replaced; nullopt, and a problem, if that cannot be.
std::optional<std::string> expanded(const codec::YamlValue& scalar, const std::string& key,
                                    Problems& problems);

/// Reads a map's keys one by one; what nobody asked for is unknown.
class MapReader {
 public:
  /// `map` may be null: then nothing is there. What is no map is a problem.
  MapReader(const codec::YamlValue* map, std::string path, Problems& problems);
  /// Tells of keys that were not read.
  ~MapReader();
  MapReader(const MapReader&) = delete;
  MapReader& operator=(const MapReader&) = delete;

  bool present() const { return map_ != nullptr; }
  std::string key_of(std::string_view name) const;
  codec::YamlPlace place() const { return place_; }
  codec::YamlPlace place_of(std::string_view name) const;  ///< Of the value, else of the map.
  Problems& problems() { return problems_; }

  /// Null if it is not there or null (~).
  const codec::YamlValue* value(std::string_view name);
  std::optional<std::string> text(std::string_view name);
  std::string needed_text(std::string_view name);  ///< "" and a problem without one.
  void boolean(std::string_view name, bool& into);
  std::optional<std::uint64_t> integer(std::string_view name, std::uint64_t least,
                                       std::uint64_t most);
  void seconds(std::string_view name, std::uint64_t least, Duration& into);
  std::optional<double> number(std::string_view name);
  /// The index of the choice.
  std::optional<std::size_t> choice(std::string_view name,
                                    std::initializer_list<std::string_view> choices);
  std::optional<std::vector<std::string>> texts(std::string_view name);

 private:
  const codec::YamlValue* find(std::string_view name) const;
  void check_duplicates();

  const codec::YamlValue* map_ = nullptr;
  codec::YamlPlace place_;
  std::string path_;
  Problems& problems_;
  std::vector<std::string> known_;
};

}  // namespace sluice::glue
