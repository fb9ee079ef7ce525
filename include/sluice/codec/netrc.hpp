#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/core/secret.hpp"

namespace sluice::codec {

struct NetrcLogin {
  std::string login;  ///< Empty: the entry names none.
  Secret password;
};

/// What a .netrc file (as ftp(1) and curl read it) says of a host: the first `machine` entry for it
/// whose login is `user`, or that names no login; `user` empty: the first one. Else the `default`
/// entry, if there is one. Quoted words ("a \"b\"") as curl has them; macdef is passed over. Throws
/// Error{config} naming the line for what is no such file; the message holds nothing of it. Pure.
std::optional<NetrcLogin> find_in_netrc(std::string_view text, std::string_view host,
                                        std::string_view user);

}  // namespace sluice::codec
