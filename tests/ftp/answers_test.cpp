#include "sluice/ftp/answers.hpp"

#include <doctest/doctest.h>

#include "sluice/codec/date.hpp"

namespace sluice::ftp {
namespace {

int port_of(int code, std::string text) {
  const Reply reply{code, {std::move(text)}};
  try {
    return code == 229 ? parse_extended_passive(reply) : parse_passive(reply);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::protocol);
    return -1;
  }
}

std::optional<std::string> path_of(std::string text) {
  return parse_path(Reply{257, {std::move(text)}});
}

std::string time_shown(std::string_view text) {
  const auto time = parse_time(text);
  if (!time) return "none";
  return format_time(*time) + "+" +
         std::to_string(time->time_since_epoch().count() % 1'000'000'000);
}

}  // namespace

TEST_CASE("a port is found in the answers that servers give") {
  CHECK(port_of(229, "Entering Extended Passive Mode (|||52345|)") == 52345);
  CHECK(port_of(229, "ok (!!!1024!)") == 1024);
  CHECK(port_of(229, "ok (|||22|)") == -1);
  CHECK(port_of(229, "ok (|||65536|)") == -1);
  CHECK(port_of(229, "ok (|||x|)") == -1);
  CHECK(port_of(229, "ok (|||1234") == -1);
  CHECK(port_of(229, "ok") == -1);
  CHECK(port_of(229, "(1111234512345") == -1);
  CHECK(port_of(227, "Entering Passive Mode (127,0,0,1,200,10).") == 51210);
  CHECK(port_of(227, "=10,0,0,1,4,0") == 1024);
  CHECK(port_of(227, "Passive 1, 2, 3, 4, 5, 6") == 1286);
  CHECK(port_of(227, "(8,8,8,8,0,22)") == -1);
  CHECK(port_of(227, "(8,8,8,8,256,0)") == -1);
  CHECK(port_of(227, "(8,8,8,8,1)") == -1);
  CHECK(port_of(227, "") == -1);
}

TEST_CASE("a path stands between quotes, with its own quotes doubled") {
  CHECK(path_of("\"/home/a\" is the current directory") == "/home/a");
  CHECK(path_of("\"/a \"\"b\"\"\" is it") == "/a \"b\"");
  CHECK_FALSE(path_of("\"/open"));
  CHECK_FALSE(path_of("/bare"));
}

TEST_CASE("features are found whatever their form") {
  const Features pure = parse_features(
      Reply{211,
            {"Extensions supported:", " UTF8", " EPRT", " MDTM", " SIZE", " MFMT", " REST STREAM",
             " MLST type*;size*;", " MLSD", " PRET", " AUTH TLS", " EPSV", "End."}});
  CHECK(pure.utf8);
  CHECK(pure.mlst);
  CHECK(pure.size);
  CHECK(pure.mdtm);
  CHECK(pure.mfmt);
  CHECK(pure.rest_stream);
  CHECK(pure.auth_tls);
  CHECK(pure.pret);
  CHECK_FALSE(pure.clnt);
  const Features coded = parse_features(Reply{211, {"x", "211-size", "211- mdtm", "End"}});
  CHECK(coded.size);
  CHECK(coded.mdtm);
  CHECK_FALSE(parse_features(Reply{211, {"no-features"}}).size);
}

TEST_CASE("sizes and times are numbers, or nothing") {
  CHECK(parse_size(Reply{213, {"12345678901"}}) == 12345678901U);
  CHECK_FALSE(parse_size(Reply{213, {"many"}}));
  CHECK_FALSE(parse_size(Reply{213, {"-1"}}));
}

TEST_CASE("a listing that is cut short is told though it is a success") {
  CHECK(tells_of_truncation(Reply{226, {"Options: -a -l ", "Output truncated to 10000 matches"}}));
  CHECK_FALSE(tells_of_truncation(Reply{226, {"10000 matches total"}}));
  CHECK(time_shown("20240301123456") == "20240301123456+0");
  CHECK(time_shown("20240301123456.125") == "20240301123456+125000000");
  CHECK(time_shown("191000301123456") == "20000301123456+0");
  CHECK(time_shown("20240230123456") == "none");
  CHECK(time_shown("20240301243456") == "none");
  CHECK(time_shown("20240301") == "none");
  CHECK(time_shown("") == "none");
  CHECK(time_shown("99991231235959") == "none");
}

}  // namespace sluice::ftp
