#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::lab {

/// Where an FTP server's answer to EPSV or PASV names the port for data.
struct PassivePort {
  std::size_t begin = 0, end = 0;  ///< What names it, in the text.
  std::uint16_t port = 0;
  bool extended = false;  ///< By its number alone; else as two numbers.

  /// What names another port in its place.
  std::string naming(std::uint16_t other) const;
};

/// The first answer to EPSV (RFC 2428) or PASV (RFC 959) that stands whole in `text`. Pure.
std::optional<PassivePort> find_passive_port(std::string_view text);

}  // namespace sluice::lab
