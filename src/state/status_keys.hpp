#pragma once

#include <string>
#include <string_view>

namespace sluice::state {

/// The keys of one job and root: no key of one namespace begins with another's prefix.
struct StatusKeys {
  StatusKeys(std::string_view job, std::string_view root);

  std::string all;        ///< "sluice:<job>:<root>:"
  std::string completed;  ///< all + "completed:", to be followed by the path's bytes.
  std::string error;
  std::string intent;
};

}  // namespace sluice::state
