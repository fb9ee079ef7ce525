#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/core/secret.hpp"
#include "sluice/fs/location.hpp"

namespace sluice {

/// Who to be at a server.
struct Login {
  std::string user;
  Secret password;
};

/// Asks a person for a password: of this server ("ftp://user@host"). nullopt: there is nobody.
using AskPassword = std::function<Task<std::optional<Secret>>(std::string server)>;

/// Where passwords come from, in this order: the environment (SLUICE_PASSWORD_<HOST>, the host in
/// capitals with _ for all but letters and digits; then SLUICE_PASSWORD), the first line of
/// `password_file`, `netrc`, and `ask`.
struct LoginSettings {
  std::filesystem::path password_file;  ///< Empty: none.
  std::filesystem::path netrc;          ///< Empty: none.
  bool netrc_may_be_missing = true;
  AskPassword ask;  ///< Null: nobody is asked.
};

/// The login for a server. A URL without a user takes one from the netrc file, or has none:
/// nullopt. A user for whom there is no password has an empty one. Throws Error{config} for a file
/// that cannot be read.
Task<std::optional<Login>> find_login(Runtime& runtime, Environment environment,
                                      LoginSettings settings, Location location);

/// The value of SLUICE_<what>_<HOST>, else of SLUICE_<what>: for passwords, and tokens of WebDAV
/// (`what` is "TOKEN").
std::optional<Secret> secret_of_host(const Environment& environment, std::string_view what,
                                     std::string_view host);

}  // namespace sluice
