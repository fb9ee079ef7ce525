#include <algorithm>

#include "sluice/aws/s3_requests.hpp"
#include "sluice/core/json_text.hpp"

namespace sluice::aws {

bool is_xml_text(std::string_view key) {
  const bool printable = std::ranges::all_of(key, [](char c) {
    return static_cast<unsigned char>(c) >= 0x20U || c == '\t' || c == '\n' || c == '\r';
  });
  // U+FFFE and U+FFFF are no characters of XML 1.0 (section 2.2).
  return printable && is_utf8(key) && key.find("\xEF\xBF\xBE") == std::string_view::npos &&
         key.find("\xEF\xBF\xBF") == std::string_view::npos;
}

}  // namespace sluice::aws
