#include <simdjson.h>

#include "sluice/codec/json.hpp"
#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

constexpr std::size_t max_bytes = 16_MiB;
constexpr std::size_t max_depth = 64;

JsonValue value_of(simdjson::dom::element element);

JsonValue array_of(simdjson::dom::array elements) {
  JsonValue::Array array;
  array.reserve(elements.size());
  for (const simdjson::dom::element element : elements)
    array.push_back(value_of(element));
  return JsonValue::Variant(std::move(array));
}

JsonValue object_of(simdjson::dom::object members) {
  JsonValue::Object object;
  object.reserve(members.size());
  for (const simdjson::dom::key_value_pair member : members) {
    object.emplace_back(std::string(member.key), value_of(member.value));
  }
  return JsonValue::Variant(std::move(object));
}

// Recursive, but never deeper than max_depth: the parser has refused deeper documents.
JsonValue value_of(simdjson::dom::element element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
    case element_type::ARRAY:
      return array_of(element.get_array().value_unsafe());
    case element_type::OBJECT:
      return object_of(element.get_object().value_unsafe());
    case element_type::INT64:
      return JsonValue::Variant(element.get_int64().value_unsafe());
    case element_type::UINT64:
      return JsonValue::Variant(element.get_uint64().value_unsafe());
    case element_type::DOUBLE:
      return JsonValue::Variant(element.get_double().value_unsafe());
    case element_type::STRING:
      return JsonValue::Variant(std::string(element.get_string().value_unsafe()));
    case element_type::BOOL:
      return JsonValue::Variant(element.get_bool().value_unsafe());
    case element_type::NULL_VALUE:
      return {};
  }
  return {};
}

}  // namespace

JsonValue parse_json(std::string_view text, std::string_view subject) {
  const auto refuse = [subject](const char* reason) {
    return Error(ErrorCode::protocol, "parse JSON", std::string(subject), reason);
  };
  if (text.size() > max_bytes) throw refuse("larger than 16 MiB");
  simdjson::dom::parser parser(max_bytes);
  if (const auto error = parser.allocate(text.size(), max_depth))
    throw refuse(simdjson::error_message(error));
  simdjson::dom::element root;
  const simdjson::padded_string padded(text);
  if (const auto error = parser.parse(padded).get(root))
    throw refuse(simdjson::error_message(error));
  return value_of(root);
}

}  // namespace sluice::codec
