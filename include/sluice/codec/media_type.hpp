#pragma once

#include <string_view>

namespace sluice::codec {

/// The media type that a file name's extension stands for (IANA registry),
/// "application/octet-stream" if it is unknown.
std::string_view media_type_of(std::string_view path);

}  // namespace sluice::codec
