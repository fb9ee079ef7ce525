#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "sluice/codec/json.hpp"
#include "sluice/core/error.hpp"

namespace {

using sluice::codec::JsonValue;
using sluice::codec::JsonWriter;

struct Rewriter {
  JsonWriter& out;

  void operator()(const std::nullptr_t&) const { out.null(); }
  void operator()(const JsonValue::Array& array) const {
    out.begin_array();
    for (const JsonValue& element : array)
      std::visit(*this, element.get());
    out.end_array();
  }
  void operator()(const JsonValue::Object& object) const {
    out.begin_object();
    for (const auto& [name, value] : object) {
      out.key(name);
      std::visit(*this, value.get());
    }
    out.end_object();
  }
  void operator()(const auto& scalar) const { out.value(scalar); }
};

std::string written(const JsonValue& json) {
  JsonWriter writer;
  std::visit(Rewriter{writer}, json.get());
  return writer.take();
}

}  // namespace

// A document that is accepted is written as one that is accepted, and that is written in the same
// way again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::optional<JsonValue> json;
  try {
    json = codec::parse_json(input, "fuzz");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::protocol) std::abort();
  }
  if (!json) return 0;
  const std::string text = written(*json);
  if (written(codec::parse_json(text, "rewritten")) != text) std::abort();
  return 0;
}
