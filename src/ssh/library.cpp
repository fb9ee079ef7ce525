#include "ssh/library.hpp"

#include "sluice/core/error.hpp"

namespace sluice::ssh {
namespace {

Library look() {
  if (libssh2_init(0) != 0)
    throw Error(ErrorCode::internal, "prepare", "libssh2", "it does not start");
  constexpr int first_with_rsa_sha2 = 0x010b00;
  Library found;
  found.version = libssh2_version(0);
  found.has_rsa_sha2 = libssh2_version(first_with_rsa_sha2) != nullptr;
  found.host_key_algorithms = {"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                               "ecdsa-sha2-nistp521"};
  if (found.has_rsa_sha2)
    found.host_key_algorithms.insert(found.host_key_algorithms.end(),
                                     {"rsa-sha2-512", "rsa-sha2-256"});
  return found;
}

}  // namespace

const Library& library() {
  // What libssh2_init() prepares belongs to the process, however many use it.
  static const Library found = look();
  return found;
}

}  // namespace sluice::ssh
