#include "sluice/core/local_path.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>

#include "sluice/core/error.hpp"
#include "sluice/core/random.hpp"
#include "support/temporary_directory.hpp"

using namespace std::string_literals;
using sluice::local_path_below;
using sluice::refusal_of;
using sluice::temporary_name_for;

namespace {

const std::string id = "0123456789abcdef";

}  // namespace

TEST_CASE(
    "local path: private directories are their user's alone, with what is missing above them") {
  const sluice::test::TemporaryDirectory scratch;
  const auto deep = scratch / "state/deep";
  REQUIRE_FALSE(sluice::make_private_directories(deep));
  for (const auto& made : {deep, deep.parent_path()})
    CHECK(std::filesystem::status(made).permissions() == std::filesystem::perms(0700));
  std::filesystem::permissions(deep, std::filesystem::perms(0750));
  CHECK_FALSE(sluice::make_private_directories(deep));
  CHECK(std::filesystem::status(deep).permissions() == std::filesystem::perms(0750));
  std::ofstream(scratch / "file") << "x";
  CHECK(sluice::make_private_directories(scratch / "file/below") == std::errc::not_a_directory);
}

TEST_CASE("local path: plain names lie below the base, byte for byte") {
  CHECK(local_path_below("/data", "a") == "/data/a");
  CHECK(local_path_below("/data", "a/b/c.txt") == "/data/a/b/c.txt");
  CHECK(local_path_below("rel", "日本/é") == "rel/日本/é");
  for (const std::string& name :
       {"..."s, "..a"s, "a.."s, ".a"s, "a\\..\\b"s, "C:"s, " "s, "a\n"s, "~"s, "-rf"s, "\xFF\xFE"s,
        "con"s, ".sluice-part"s, ".x.sluice-part"s}) {
    INFO("name ", name);
    CHECK_FALSE(refusal_of(name).has_value());
    CHECK(local_path_below("/data", name).native() == "/data/" + name);
  }
}

TEST_CASE("local path: hostile names are refused") {
  const std::string nul("a\0b", 3);
  for (const std::string& name : {""s,
                                  "/"s,
                                  "/x"s,
                                  "//x"s,
                                  "a//b"s,
                                  "x/"s,
                                  "."s,
                                  ".."s,
                                  "../x"s,
                                  "a/.."s,
                                  "a/../b"s,
                                  "./x"s,
                                  "a/./b"s,
                                  "a/."s,
                                  nul,
                                  "\0"s,
                                  std::string(256, 'a'),
                                  "a/" + std::string(256, 'b') + "/c",
                                  temporary_name_for("x", id),
                                  "a/" + temporary_name_for("x", id) + "/b"}) {
    INFO("name ", name);
    CHECK(refusal_of(name).has_value());
    CHECK_THROWS_AS(local_path_below("/data", name), sluice::Error);
  }
}

TEST_CASE("local path: limits are 255 bytes a part and 4,096 bytes in all") {
  const std::string part(255, 'a');
  CHECK_FALSE(refusal_of(part).has_value());
  std::string path = part;
  while (path.size() + 256 <= 4096)
    path += '/' + part;
  CHECK(path.size() == 4095);
  CHECK_FALSE(refusal_of(path).has_value());
  CHECK(refusal_of(path + "/b").has_value());
  // S3 keys have at most 1,024 bytes, but a server may say anything.
  CHECK(refusal_of(std::string(1100, 'k')).has_value());
  CHECK_FALSE(refusal_of(std::string(200, 'k') + '/' + std::string(200, 'k') + '/' +
                         std::string(200, 'k') + '/' + std::string(200, 'k') + '/' +
                         std::string(200, 'k') + '/' + std::string(95, 'k'))
                  .has_value());
}

TEST_CASE("local path: the error names the path and the reason") {
  try {
    local_path_below("/data", "a/../b");
    FAIL("not refused");
  } catch (const sluice::Error& error) {
    CHECK(error.code() == sluice::ErrorCode::invalid_input);
    CHECK(error.subject() == "a/../b");
    CHECK(error.message() == "it has the part \"..\"");
  }
}

TEST_CASE("local path: no accepted name leaves the base") {
  const char* const given = std::getenv("SLUICE_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("local path: SLUICE_SEED=%llu\n", static_cast<unsigned long long>(seed));
  sluice::SeededRandom random(seed);
  const std::string letters = "././/..a\\b\0~"s;
  for (int round = 0; round < 20000; ++round) {
    std::string name;
    for (std::uint64_t length = random.next() % 8; length > 0; --length) {
      name += letters[random.next() % letters.size()];
    }
    if (refusal_of(name)) continue;
    const std::string normal = local_path_below("/data", name).lexically_normal().native();
    INFO("name ", name);
    CHECK(normal == "/data/" + name);
  }
}

TEST_CASE(
    "temporary names: they fit a directory entry, are recognised, and differ from plain names") {
  for (const std::string& name :
       {"a"s, std::string(225, 'n'), std::string(226, 'n'), std::string(255, 'n'),
        std::string(5000, 'n'), ".hidden"s, "\xFF"s}) {
    const std::string temporary = temporary_name_for(name, id);
    INFO(temporary);
    CHECK(temporary.size() <= 255);
    CHECK(sluice::is_temporary_name(temporary));
    CHECK(temporary.starts_with('.'));
    CHECK(temporary.ends_with("." + id + ".sluice-part"));
  }
  CHECK(temporary_name_for("report.csv", id) == ".report.csv.0123456789abcdef.sluice-part");
}

TEST_CASE("temporary names: a server that hides names with a dot in front has a form without it") {
  const std::string plain = temporary_name_for("report.csv", id, sluice::TemporaryForm::plain);
  CHECK(plain == "report.csv." + id + ".sluice-part");
  CHECK(sluice::is_temporary_name(plain));
  CHECK(temporary_name_for(std::string(255, 'n'), id, sluice::TemporaryForm::plain).size() <= 255);
}

TEST_CASE("temporary names: a long name is not cut inside of a character") {
  std::string name;
  for (int i = 0; i < 85; ++i)
    name += "日";
  const std::string temporary = temporary_name_for(name, id);
  CHECK(temporary.size() <= 255);
  CHECK(temporary == "." + name.substr(0, 225) + "." + id + ".sluice-part");
  CHECK(temporary_name_for("x" + name, id) ==
        ".x" + name.substr(0, 222) + "." + id + ".sluice-part");
}

TEST_CASE("temporary names: other names are not taken for them") {
  for (const std::string& name :
       {""s, "."s, "a"s, ".sluice-part"s, ".a.sluice-part"s, "." + id + ".sluice-part",
        ".a." + id + ".sluice-parts", ".a.0123456789abcdeg.sluice-part"s,
        ".a.0123456789ABCDEF.sluice-part"s, ".a0123456789abcdef.sluice-part"s,
        ".a.123456789abcdef.sluice-part"s}) {
    INFO("name ", name);
    CHECK_FALSE(sluice::is_temporary_name(name));
  }
}

TEST_CASE("temporary names: what cannot be one is refused") {
  for (const std::string& name : {""s, "a/b"s})
    CHECK_THROWS_AS(temporary_name_for(name, id), sluice::Error);
  for (const std::string& bad : {""s, "123"s, id + "0", "0123456789ABCDEF"s}) {
    CHECK_THROWS_AS(temporary_name_for("a", bad), sluice::Error);
  }
}
