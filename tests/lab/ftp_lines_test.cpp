#include "ftp/lines.hpp"

#include <doctest/doctest.h>

namespace sluice::lab {

TEST_CASE("lines keep their ends and come whole") {
  FtpLines lines;
  lines.feed("220 a\r\n22");
  CHECK(lines.take() == "220 a\r\n");
  CHECK_FALSE(lines.take());
  CHECK_FALSE(lines.empty());
  lines.feed("0 b\n");
  CHECK(lines.take() == "220 b\n");
  CHECK(lines.empty());
}

TEST_CASE("a reply ends with the line that has its code and no hyphen") {
  FtpReplyText reply;
  CHECK(reply.add("220 ready\r\n") == "220 ready\r\n");
  CHECK_FALSE(reply.add("211-have\r\n"));
  CHECK_FALSE(reply.add(" MLST\r\n"));
  CHECK_FALSE(reply.add("212 of another\r\n"));
  CHECK_FALSE(reply.add("211-and\r\n"));
  CHECK(reply.add("211 end\r\n") ==
        "211-have\r\n MLST\r\n212 of another\r\n211-and\r\n211 end\r\n");
  CHECK(reply.add("226\r\n") == "226\r\n");
  CHECK(is_preliminary("150 here\r\n"));
  CHECK_FALSE(is_preliminary("226 done\r\n"));
}

TEST_CASE("commands are told from their arguments") {
  const FtpCommand stor = parse_ftp_command("stor a  b\r\n");
  CHECK(stor.verb == "STOR");
  CHECK(stor.argument == "a  b");
  CHECK(stor.is_upload());
  CHECK(stor.is_transfer());
  const FtpCommand list = parse_ftp_command("LIST\r\n");
  CHECK(list.verb == "LIST");
  CHECK(list.argument.empty());
  CHECK_FALSE(list.is_upload());
  CHECK(list.is_transfer());
  CHECK_FALSE(parse_ftp_command("NOOP\r\n").is_transfer());
  CHECK(parse_ftp_command("\r\n").verb.empty());
}

}  // namespace sluice::lab
