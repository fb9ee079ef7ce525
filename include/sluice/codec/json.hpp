#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sluice::codec {

/// A JSON document as a tree of values, for small documents (credentials, error bodies, API
/// answers). Object members keep their order. Parsed with simdjson under a size limit; use it off
/// the hot path.
class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Object = std::vector<std::pair<std::string, JsonValue>>;
  using Variant = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double,
                               std::string, Array, Object>;

  JsonValue() : value_(nullptr) {}
  JsonValue(Variant value) : value_(std::move(value)) {}

  const Variant& get() const { return value_; }
  bool is_null() const;
  /// The member, or null if this is no object or has no such member (the first one, if several).
  const JsonValue& operator[](std::string_view name) const;
  // Typed views: nullopt if the value is of another type. A number is also read from an integral
  // double.
  std::optional<std::string_view> as_string() const;
  std::optional<std::int64_t> as_int() const;
  std::optional<std::uint64_t> as_uint() const;
  std::optional<double> as_double() const;
  std::optional<bool> as_bool() const;
  const Array* as_array() const;
  const Object* as_object() const;

 private:
  Variant value_;
};

/// Throws Error{protocol} with simdjson's reason; `subject` names the document in the error.
/// Refuses more than 16 MiB, 64 levels of nesting, invalid UTF-8, and integers beyond 64 bits
/// (numbers with a fraction or exponent are doubles).
JsonValue parse_json(std::string_view text, std::string_view subject);

/// Appends JSON text piece by piece. Members: `writer.key("a").value(1)`. Commas are written as
/// needed; that every begin has its end, and every member its key, is up to the caller.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(double number);  ///< JSON has no infinity and no NaN: they are written as null.
  JsonWriter& value(bool flag);
  JsonWriter& value(const JsonValue& tree);  ///< All of it, members in their order.
  JsonWriter& null();

  const std::string& text() const { return out_; }
  std::string take();  ///< The text; the writer begins anew.

 private:
  void separate();
  std::string out_;
  bool needs_comma_ = false;
};

/// JSON text with a member or entry a line, two spaces a level, for people. `text` must be JSON as
/// JsonWriter makes it.
std::string indented_json(std::string_view text);

}  // namespace sluice::codec
