#pragma once

#include <string>
#include <string_view>

#include "s3/object.hpp"
#include "storage/storage.hpp"

namespace sluice::lab {

/// An object as lines of percent-encoded words: "<kind> <word>…". Synthetic data has no blob id and
/// cannot be kept.
std::string format_object_record(const Object& object);

/// Throws Error{integrity} if the text or a blob is damaged.
Object parse_object_record(std::string_view text, Storage& storage);

}  // namespace sluice::lab
