#pragma once

#include <string_view>

namespace sluice::aws {

/// a-z 0-9 '-'.
bool is_label_char(char c);
/// Dotted labels of at least one character each, none with '-' at an end, 3 to 63 characters in
/// all; no IPv4 address.
bool is_host_name(std::string_view name);
/// A literal IPv4 or IPv6 address (without brackets), or "localhost": names that cannot have a
/// bucket in front.
bool is_ip_address(std::string_view host);

}  // namespace sluice::aws
