#include <algorithm>
#include <string_view>
#include <vector>

#include "files.hpp"
#include "fs/file_system_contract.hpp"

namespace sluice::test {
namespace {

/// Cases that this server is known to fail. The difference itself is expected elsewhere: the last
/// cases of this file, and that of copies in fs_suite.cpp.
std::vector<std::string_view> known_to_fail() {
  const ServerTraits& traits = server().traits;
  std::vector<std::string_view> names;
  if (!traits.keeps_control_characters)
    names.emplace_back("control characters in names round trip");
  if (!traits.replaces_long_names) names.emplace_back("names of 255 bytes round trip");
  if (!traits.honours_if_match_on_copy_source)
    names.emplace_back("copy refuses another version than it was given");
  return names;
}

}  // namespace

TEST_CASE("S3Fs keeps the contract of file systems") {
  for_each_contract_case([](const ContractCase& one, const std::filesystem::path& scratch) {
    const auto left_out = known_to_fail();
    if (std::ranges::find(left_out, one.name) != left_out.end()) {
      MESSAGE("left out, as ServerTraits says: " << std::string(one.name));
      return;
    }
    with_files([&](Session& session, FileSystem& files) {
      return one.run(session.runtime, files, scratch);
    });
  });
}

TEST_CASE(
    "a name with control characters is found again where the server keeps control characters") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    // moto routes no line feed, versitygw lists no BEL.
    const std::string name = "line\nbreak\x07";
    bool kept = false;
    try {
      co_await write_file(files, session.context(), name, "x", WriteOptions());
      const auto all = co_await walked(files, session.context(), "", WalkOptions());
      kept = paths_of(all) == Paths{name};
    } catch (const Error& error) {
      MESSAGE("refused: " << std::string(error.what()));
    }
    CHECK(kept == server().traits.keeps_control_characters);
  });
}

TEST_CASE("an object with a name of 255 bytes is replaced where the server can") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    // versitygw makes a temporary file of a longer name, and takes its failure for a directory.
    const std::string name(255, 'n');
    co_await write_file(files, session.context(), name, "first", WriteOptions());
    bool replaced = false;
    try {
      co_await write_file(files, session.context(), name, "second", WriteOptions());
      replaced = true;
    } catch (const Error& error) {
      MESSAGE("refused: " << std::string(error.what()));
    }
    CHECK(replaced == server().traits.replaces_long_names);
  });
}

}  // namespace sluice::test
