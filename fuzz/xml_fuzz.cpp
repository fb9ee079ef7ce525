#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "sluice/codec/xml.hpp"
#include "sluice/core/error.hpp"

namespace {

using sluice::codec::XmlElement;

// Text first, then the children: the order between them is not kept by XmlElement.
void write(std::string& out, const XmlElement& element) {
  out += '<' + element.name + '>';
  sluice::codec::append_xml_escaped(out, element.text);
  for (const XmlElement& child : element.children)
    write(out, child);
  out += "</" + element.name + '>';
}

bool same(const XmlElement& a, const XmlElement& b) {
  if (a.name != b.name || a.text != b.text || a.children.size() != b.children.size()) return false;
  for (std::size_t i = 0; i < a.children.size(); ++i) {
    if (!same(a.children[i], b.children[i])) return false;
  }
  return true;
}

}  // namespace

// A document that is accepted is the same after being written and read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  std::optional<XmlElement> element;
  try {
    element = codec::parse_xml(input, "fuzz");
  } catch (const Error& error) {
    if (error.code() != ErrorCode::protocol) std::abort();
  }
  if (!element) return 0;
  std::string text;
  write(text, *element);
  if (!same(codec::parse_xml(text, "rewritten"), *element)) std::abort();
  return 0;
}
