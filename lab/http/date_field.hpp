#pragma once

#include <string_view>

namespace sluice::lab {

/// The value of the Date field now, formatted once a second. Valid until the next call of this
/// thread.
std::string_view date_field_now();

}  // namespace sluice::lab
