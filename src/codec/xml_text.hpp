#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::codec {

/// Appends `raw` with its references resolved: the five predefined entities and character
/// references (XML 1.0 sections 4.1 and 4.6). Control characters other than NUL are allowed, as S3
/// sends them. False if there is any other '&'.
bool append_resolved(std::string& out, std::string_view raw);

/// Whether all characters are XML white space (section 2.3).
bool is_xml_space(std::string_view text);

/// At least the number of elements of a document, without parsing it: '<' before anything but '/',
/// '!' and '?'.
std::size_t count_start_tags(std::string_view text);

}  // namespace sluice::codec
