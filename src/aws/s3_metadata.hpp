#pragma once

#include <map>
#include <string>
#include <string_view>

#include "sluice/core/file_info.hpp"
#include "sluice/net/header_list.hpp"

namespace sluice::aws {

inline constexpr std::string_view metadata_prefix = "x-amz-meta-";

/// Text in a header: what is not printable ASCII becomes encoded words (RFC 2047, section 4.1,
/// "B"), which is also how S3 answers. Throws Error{invalid_input} for what no encoding can carry
/// (not UTF-8).
std::string to_header_text(std::string_view text);
/// Resolves encoded words of UTF-8, ASCII and ISO-8859-1 ("Q" and "B"); anything else stays as it
/// is.
std::string from_header_text(std::string_view value);

/// The headers that give a new object its attributes.
void add_attribute_headers(net::HeaderList& headers, const FileExtras& attributes);
/// "k1=v1&k2=v2" as x-amz-tagging has it.
std::string encode_tags(const std::map<std::string, std::string>& tags);

}  // namespace sluice::aws
