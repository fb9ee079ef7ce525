#include "fs/server_names.hpp"

#include <doctest/doctest.h>

namespace sluice::test {
namespace {

constexpr const char* shift_jis_name = "\x95\x5C.csv";  // 表.csv

std::string chosen(const std::vector<NameEncoding>& settings, std::string_view host) {
  const auto charset = charset_of_host(settings, host);
  return charset ? charset->name() : "none";
}

}  // namespace

TEST_CASE("a host's own character set comes before that of all hosts") {
  const std::vector<NameEncoding> settings = {
      {"old.example", "CP932"}, {"", "EUC-JP"}, {"new.example", "UTF-8"}};
  CHECK(chosen(settings, "old.example") == "CP932");
  CHECK(chosen(settings, "OLD.example") == "CP932");
  CHECK(chosen(settings, "new.example") == "UTF-8");
  CHECK(chosen(settings, "other.example") == "EUC-JP");
  CHECK(chosen({{"old.example", "CP932"}}, "other.example") == "none");
}

TEST_CASE("names of a server with a character set are UTF-8 in paths") {
  ServerNames names(std::make_shared<const codec::Charset>("CP932"));
  std::vector<Error> failures;
  const auto path = names.reported(shift_jis_name, "ftp://host/d/", Logger(), failures);
  REQUIRE(path);
  CHECK(*path == "表.csv");
  CHECK(names.on_server(*path) == shift_jis_name);
  CHECK(failures.empty());
}

TEST_CASE("a name that the character set does not have is a failure, not another name") {
  ServerNames names(std::make_shared<const codec::Charset>("CP932"));
  std::vector<Error> failures;
  CHECK_FALSE(names.reported("\xFF\xFE", "ftp://host/d/", Logger(), failures));
  REQUIRE(failures.size() == 1);
  CHECK(failures.front().subject() == "ftp://host/d/");
  CHECK(failures.front().message().find("%FF%FE") != std::string::npos);
  CHECK_THROWS_AS(names.on_server("caf\xC3\xA9"), Error);
  // A name of ours may end in half a character, and is hidden.
  const std::string ours = ".\x95.0123456789abcdef.sluice-part";
  CHECK(names.reported(ours, "ftp://host/d/", Logger(), failures) == ours);
  CHECK(failures.size() == 1);
}

TEST_CASE("without a character set names are bytes") {
  ServerNames names(nullptr);
  std::vector<Error> failures;
  CHECK(names.reported(shift_jis_name, "ftp://host/", Logger(), failures) == shift_jis_name);
  CHECK(names.on_server(shift_jis_name) == shift_jis_name);
  CHECK(failures.empty());
}

}  // namespace sluice::test
