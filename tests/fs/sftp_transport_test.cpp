#include "fs/sftp_transport.hpp"

#include <doctest/doctest.h>

namespace sluice {

TEST_CASE(
    "auto takes ssh where it is there, unless a password is at hand that it could not be given") {
  CHECK(choose_transport({.ssh_is_there = true}) == SshTransport::ssh);
  CHECK(choose_transport({.ssh_is_there = true, .has_secret = true}) == SshTransport::libssh2);
  CHECK(choose_transport({}) == SshTransport::libssh2);
}

TEST_CASE("auto leaves to ssh what only ssh knows") {
  const TransportFacts password = {.ssh_is_there = true, .has_secret = true};
  TransportFacts configured = password, obstructed = password, told = password;
  configured.has_ssh_config = true;
  obstructed.obstacle = true;
  told.ssh_options_given = true;
  CHECK(choose_transport(configured) == SshTransport::ssh);
  CHECK(choose_transport(obstructed) == SshTransport::ssh);
  CHECK(choose_transport(told) == SshTransport::ssh);
  told.ssh_is_there = false;
  CHECK(choose_transport(told) == SshTransport::ssh);
  obstructed.ssh_is_there = false;
  CHECK(choose_transport(obstructed) == SshTransport::libssh2);
}

}  // namespace sluice
