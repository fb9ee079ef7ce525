#include <algorithm>
#include <cmath>

#include "sluice/codec/json.hpp"

namespace sluice::codec {
namespace {

constexpr double two_to_63 = 0x1p63;
constexpr double two_to_64 = 0x1p64;

bool is_integral(double number) {
  return std::isfinite(number) && std::trunc(number) == number;
}

}  // namespace

bool JsonValue::is_null() const {
  return std::holds_alternative<std::nullptr_t>(value_);
}

const JsonValue& JsonValue::operator[](std::string_view name) const {
  static const JsonValue absent;
  const Object* const object = as_object();
  if (!object) return absent;
  const auto member = std::ranges::find(*object, name, &Object::value_type::first);
  return member == object->end() ? absent : member->second;
}

std::optional<std::string_view> JsonValue::as_string() const {
  const auto* const text = std::get_if<std::string>(&value_);
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::optional<std::int64_t> JsonValue::as_int() const {
  if (const auto* const number = std::get_if<std::int64_t>(&value_)) return *number;
  if (const auto* const number = std::get_if<std::uint64_t>(&value_)) {
    if (*number <= static_cast<std::uint64_t>(INT64_MAX)) return static_cast<std::int64_t>(*number);
  }
  if (const auto* const number = std::get_if<double>(&value_)) {
    if (is_integral(*number) && *number >= -two_to_63 && *number < two_to_63) {
      return static_cast<std::int64_t>(*number);
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> JsonValue::as_uint() const {
  if (const auto* const number = std::get_if<std::uint64_t>(&value_)) return *number;
  if (const auto* const number = std::get_if<std::int64_t>(&value_)) {
    if (*number >= 0) return static_cast<std::uint64_t>(*number);
  }
  if (const auto* const number = std::get_if<double>(&value_)) {
    if (is_integral(*number) && *number >= 0 && *number < two_to_64)
      return static_cast<std::uint64_t>(*number);
  }
  return std::nullopt;
}

std::optional<double> JsonValue::as_double() const {
  if (const auto* const number = std::get_if<double>(&value_)) return *number;
  if (const auto* const number = std::get_if<std::int64_t>(&value_))
    return static_cast<double>(*number);
  if (const auto* const number = std::get_if<std::uint64_t>(&value_))
    return static_cast<double>(*number);
  return std::nullopt;
}

std::optional<bool> JsonValue::as_bool() const {
  const auto* const flag = std::get_if<bool>(&value_);
  return flag ? std::optional<bool>(*flag) : std::nullopt;
}

const JsonValue::Array* JsonValue::as_array() const {
  return std::get_if<Array>(&value_);
}
const JsonValue::Object* JsonValue::as_object() const {
  return std::get_if<Object>(&value_);
}

}  // namespace sluice::codec
