#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/core/bytes.hpp"

namespace sluice::codec {

struct XmlLimits {
  std::size_t bytes = 16_MiB;
  std::size_t depth = 32;          ///< Nested elements; the root is at depth 1.
  std::size_t elements = 500'000;  ///< In all; they take far more memory than their text.
};

/// An element: local name (namespace prefix removed), its text and its child elements in order.
struct XmlElement {
  std::string name;
  std::string
      text;  ///< All character data directly inside, entities resolved, outer white space kept.
  std::vector<XmlElement> children;

  const XmlElement* find(std::string_view child) const;  ///< The first child of that name, or null.
  std::string_view text_of(std::string_view child) const;  ///< Its text, or "".
};

/// Parses a small document in UTF-8 (pugixml). Attributes, comments and processing instructions are
/// left out. Bytes are not checked to be UTF-8: object keys need not be. Throws Error{protocol},
/// naming `subject`, for anything malformed, over a limit, with a DOCTYPE, or with a reference
/// other than the five predefined entities and characters by number (control characters are
/// allowed, as S3 sends them in keys).
XmlElement parse_xml(std::string_view text, std::string_view subject, XmlLimits limits = {});

/// Escapes & < > " ' and writes control characters as character references. XML has no form for
/// NUL: peers refuse "&#x0;".
void append_xml_escaped(std::string& out, std::string_view text);

}  // namespace sluice::codec
