#include "sluice/codec/xml.hpp"

#include <algorithm>
#include <pugixml.hpp>

#include "codec/xml_text.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

// References are resolved by resolve_references, since pugixml leaves unknown ones as they are.
// Fragments and document types are kept only to be refused: pugixml would skip them.
constexpr unsigned parse_flags = pugi::parse_cdata | pugi::parse_eol | pugi::parse_ws_pcdata |
                                 pugi::parse_fragment | pugi::parse_doctype;

struct Reader {
  std::string_view subject;
  std::size_t max_depth;

  [[noreturn]] void refuse(const char* reason) const {
    throw Error(ErrorCode::protocol, "parse XML", std::string(subject), reason);
  }

  void append_text(std::string& out, const pugi::xml_node& node) const {
    if (node.type() == pugi::node_cdata) {
      out += node.value();
    } else if (!append_resolved(out, node.value())) {
      refuse("a reference that XML does not know, or a bare '&'");
    }
  }

  XmlElement element(const pugi::xml_node& node, std::size_t depth) const {
    if (depth > max_depth) refuse("nested too deeply");
    XmlElement result;
    const std::string_view name = node.name();
    result.name = name.substr(name.find(':') + 1);  // npos + 1 is 0
    // Namespaces in XML, section 4: one prefix at most, and what follows it is a name by itself.
    const bool qualified =
        !result.name.empty() && result.name.find(':') == std::string::npos &&
        std::string_view("0123456789-.").find(result.name[0]) == std::string_view::npos;
    if (!qualified) refuse("an element whose name is no qualified name");
    for (const pugi::xml_node& child : node.children()) {
      if (child.type() == pugi::node_element) {
        result.children.push_back(element(child, depth + 1));
      } else {
        append_text(result.text, child);
      }
    }
    return result;
  }

  pugi::xml_node root_of(const pugi::xml_document& document) const {
    pugi::xml_node root;
    for (const pugi::xml_node& node : document.children()) {
      if (node.type() == pugi::node_doctype) refuse("a document type is not allowed");
      if (node.type() == pugi::node_element) {
        if (root) refuse("more than one root element");
        root = node;
      } else if (!is_xml_space(node.value())) {
        refuse("text outside the root element");
      }
    }
    if (!root) refuse("no root element");
    return root;
  }
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  const auto found = std::ranges::find(children, child, &XmlElement::name);
  return found == children.end() ? nullptr : &*found;
}

std::string_view XmlElement::text_of(std::string_view child) const {
  const XmlElement* const found = find(child);
  return found ? std::string_view(found->text) : std::string_view();
}

XmlElement parse_xml(std::string_view text, std::string_view subject, XmlLimits limits) {
  const Reader reader{subject, limits.depth};
  if (text.size() > limits.bytes) reader.refuse("too large");
  if (text.find('\0') != std::string_view::npos)
    reader.refuse("a NUL byte");  // where pugixml would stop
  if (count_start_tags(text) > limits.elements) reader.refuse("too many elements");
  pugi::xml_document document;
  const auto result =
      document.load_buffer(text.data(), text.size(), parse_flags, pugi::encoding_utf8);
  if (!result) reader.refuse(result.description());
  return reader.element(reader.root_of(document), 1);
}

}  // namespace sluice::codec
