#include "proxy/passive_port.hpp"

#include <doctest/doctest.h>

namespace sluice::lab {
namespace {

std::string renamed(std::string text) {
  const auto port = find_passive_port(text);
  if (!port) return "none";
  return text.replace(port->begin, port->end - port->begin, port->naming(1025));
}

}  // namespace

TEST_CASE("a port for data is found in an FTP server's words, and another one put in its place") {
  CHECK(renamed("229 ok (|||2|)\r\n") == "229 ok (|||1025|)\r\n");
  CHECK(renamed("227 ok (127,0,0,1,200,10).\r\n") == "227 ok (127,0,0,1,4,1).\r\n");
  CHECK(renamed("226 done\r\n229 ok (|||2|)\r\n") == "226 done\r\n229 ok (|||1025|)\r\n");
  CHECK(find_passive_port("227 (1,2,3,4,200,10)\n")->port == 51210);
  CHECK(renamed("229 ok (|||2|)") == "none");
  CHECK(renamed("229 ok (|||x|)\n") == "none");
  CHECK(renamed("227 ok\n") == "none");
  CHECK(renamed("150 (|||2|)\n") == "none");
  CHECK(renamed("227 (1,2,3,4,256,10)\n") == "none");
}

}  // namespace sluice::lab
