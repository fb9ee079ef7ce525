#include "fs/fs_actions.hpp"
#include "fs/webdav_fixture.hpp"

namespace sluice::test {
namespace {

Task<FileInfo> overwrite(FileSystem& files, std::string path, std::string text) {
  const auto seen = co_await files.find(OpContext{}, path, {});
  WriteOptions options;
  options.expected = *seen;
  co_return co_await write_text(files, path, std::move(text), std::move(options));
}

Task<> overwrite_twice(FileSystem& files, MiniDav&) {
  co_await overwrite(files, "a", "one");
  co_await overwrite(files, "a", "two");
}

/// How many MOVEs two guarded overwrites take.
std::size_t moves_of_two(MiniDav::If heeds) {
  MiniDav server;
  server.put("/d/a", "old");
  server.heeds_if = heeds;
  with_files(server, overwrite_twice);
  CHECK(server.files.at("/d/a").bytes == "two");
  CHECK_FALSE(has_temporaries(server));
  return server.count("MOVE");
}

/// Lets somebody else write just before the `number`th MOVE is carried out.
MiniDav::Fault change_before_move(MiniDav& server, int number) {
  return [&server, left = number](const SeenRequest& request) mutable -> std::optional<FakeAnswer> {
    if (request.method == "MOVE" && --left == 0) server.put("/d/a", "theirs");
    return std::nullopt;
  };
}

Task<> overwrite_in_vain(FileSystem& files, MiniDav&) {
  const auto code = co_await failure_of(overwrite(files, "a", "ours"));
  CHECK(code == ErrorCode::conflict);
  CHECK(files.capabilities().conditional_write);
}

}  // namespace

TEST_CASE("whether a server heeds an If field is found out once") {
  CHECK(moves_of_two(MiniDav::If::honoured) == 3);  // one more, with a tag that no file has
  CHECK(moves_of_two(MiniDav::If::ignored) == 2);   // the first one was done all the same
  CHECK(moves_of_two(MiniDav::If::refused) == 4);   // no tag was right: the field is left out
}

TEST_CASE("a change between the look and the MOVE is kept where the server compares tags") {
  for (const int number : {1, 2}) {
    MiniDav server;
    server.put("/d/a", "old");
    server.heeds_if = MiniDav::If::honoured;
    server.before = change_before_move(server, number);
    with_files(server, overwrite_in_vain);
    CHECK(server.files.at("/d/a").bytes == "theirs");
    CHECK_FALSE(has_temporaries(server));
  }
}

TEST_CASE("an overwrite that expects nothing, and one without tags, are not guarded") {
  MiniDav server;
  server.put("/d/a", "old");
  server.heeds_if = MiniDav::If::refused;
  with_files(server, [](FileSystem& files, MiniDav& dav) -> Task<> {
    co_await write_text(files, "a", "new");
    CHECK(dav.count("MOVE") == 1);
    CHECK_FALSE(files.capabilities().conditional_write);
    dav.shows_tags = false;
    co_await overwrite(files, "a", "newer");
    CHECK(dav.count("MOVE") == 2);
  });
  CHECK(server.files.at("/d/a").bytes == "newer");
}

TEST_CASE("a probe that fails says nothing of the server") {
  MiniDav server;
  server.put("/d/a", "old");
  server.heeds_if = MiniDav::If::honoured;
  int failures = 1;
  server.before = [&failures](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "MOVE" || failures-- <= 0) return std::nullopt;
    return FakeAnswer{.status = 503};
  };
  with_files(server, overwrite_twice);
  CHECK(server.files.at("/d/a").bytes == "two");
  CHECK(server.count("MOVE") == 4);
}

}  // namespace sluice::test
