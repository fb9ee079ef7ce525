#pragma once

#include <string>

#include "sluice/core/secret.hpp"

namespace sluice::webdav {

/// Who to be at a server: a user with a password (Basic or Digest, as the server asks), a bearer
/// token (RFC 6750), or nobody.
struct Credentials {
  std::string user{};
  Secret password{};
  Secret token{};
  /// Lets a password or token that is not hashed go to another machine without TLS.
  bool allow_clear = false;
};

}  // namespace sluice::webdav
