#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::codec {

/// Where something stands in a text, from 1.
struct YamlPlace {
  std::size_t line = 1, column = 1;
};

struct YamlKey {
  std::string text;
  YamlPlace place;
};

/// A YAML document as written, each value with its place, for configurations whose mistakes are to
/// be shown where they are. Scalars are not interpreted: what is plain (unquoted) may be a number,
/// a boolean or text, as the reader wants it.
struct YamlValue {
  enum class Kind : std::uint8_t { null, scalar, list, map };

  Kind kind = Kind::null;
  YamlPlace place = {};
  std::string text = {};              ///< Of a scalar.
  bool plain = false;                 ///< A scalar without quotes.
  std::vector<YamlKey> keys = {};     ///< Of a map, in their order; one may stand twice.
  std::vector<YamlValue> items = {};  ///< Of a list; of a map, the values of its keys.

  bool is_map() const { return kind == Kind::map; }
  bool is_list() const { return kind == Kind::list; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_null() const { return kind == Kind::null; }
};

/// What ended the reading of a text that is no YAML, or none that is taken.
struct YamlFailure {
  YamlPlace place;
  std::string message;
};

/// The one document of the text (null if it is empty). Throws YamlFailure: what is no YAML, a
/// second document, an alias (a small text could stand for a huge one), a key that is no scalar,
/// nesting of more than 16 levels, more than 1 MiB. Pure.
YamlValue parse_yaml(std::string_view text);

}  // namespace sluice::codec
