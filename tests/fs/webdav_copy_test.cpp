#include "fs/fs_actions.hpp"
#include "fs/webdav_fixture.hpp"

namespace sluice::test {
namespace {

Task<std::optional<FileInfo>> copy_a(FileSystem& files, WriteOptions options) {
  const auto from = co_await files.find(OpContext{}, "a", {});
  co_return co_await files.copy_from(OpContext{}, files, *from, "deep/b", std::move(options));
}

Task<> copy_is_made(FileSystem& files, MiniDav& server) {
  const auto copied = co_await copy_a(files, {});
  REQUIRE(copied);
  CHECK(copied->path == "deep/b");
  CHECK(copied->size == 5);
  CHECK(server.count("GET") + server.count("PUT") == 0);
}

Task<> copy_is_a_conflict(FileSystem& files, MiniDav&) {
  const auto code = co_await failure_of(copy_a(files, {}));
  CHECK(code == ErrorCode::conflict);
}

Task<> copy_is_left_to_others(FileSystem& files, MiniDav&) {
  const auto copied = co_await copy_a(files, {});
  CHECK_FALSE(copied);
}

MiniDav::Fault answer_copy(FakeAnswer answer) {
  return [answer](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "COPY") return std::nullopt;
    return answer;
  };
}

}  // namespace

TEST_CASE("the server copies a file to a temporary name first") {
  MiniDav server;
  server.put("/d/a", "hello");
  std::string destination;
  server.before = [&destination](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method == "COPY") destination = request.header("Destination");
    return std::nullopt;
  };
  with_files(server, copy_is_made);
  CHECK(server.files.at("/d/deep/b").bytes == "hello");
  CHECK(server.files.at("/d/a").bytes == "hello");
  CHECK(destination.find(".sluice-part") != std::string::npos);
  CHECK_FALSE(has_temporaries(server));
}

TEST_CASE("a source that changes while it is copied makes no copy") {
  MiniDav server;
  server.put("/d/a", "hello");
  server.before = [&server](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method == "COPY") server.put("/d/a", "HELLO");
    return std::nullopt;
  };
  with_files(server, copy_is_a_conflict);
  CHECK_FALSE(server.files.contains("/d/deep/b"));
  CHECK_FALSE(has_temporaries(server));
}

TEST_CASE("a server that does not copy is asked once") {
  for (const int status : {405, 501}) {
    MiniDav server;
    server.put("/d/a", "hello");
    server.before = answer_copy({.status = status});
    with_files(server, [](FileSystem& files, MiniDav& dav) -> Task<> {
      co_await copy_is_left_to_others(files, dav);
      co_await copy_is_left_to_others(files, dav);
      CHECK(dav.count("COPY") == 1);
      CHECK_FALSE(files.capabilities().server_side_copy);
    });
  }
}

TEST_CASE("a copy that takes longer than the server has is not begun again") {
  MiniDav server;
  server.put("/d/a", "hello");
  server.after = answer_copy({.status = 504});
  with_files(server, [](FileSystem& files, MiniDav& dav) -> Task<> {
    co_await copy_is_left_to_others(files, dav);
    CHECK(dav.count("COPY") == 1);
    CHECK(files.capabilities().server_side_copy);
  });
  CHECK_FALSE(has_temporaries(server));
}

TEST_CASE("a copy that would lose its time is left to who sends the bytes") {
  MiniDav server;
  server.put("/d/a", "hello");
  with_files(server,
             [](FileSystem& files, MiniDav& dav) -> Task<> {
               WriteOptions options;
               options.mtime = TimePoint(std::chrono::seconds(1'600'000'000));
               const auto copied = co_await copy_a(files, std::move(options));
               CHECK_FALSE(copied);
               CHECK(dav.count("COPY") == 0);
             },
             "/d", {.shows_tags = true, .keeps_mtime = true});
}

}  // namespace sluice::test
