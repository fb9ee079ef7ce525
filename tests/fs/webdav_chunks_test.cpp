#include "fs/fs_actions.hpp"
#include "fs/webdav_fixture.hpp"

namespace sluice::test {

TEST_CASE("large files go to Nextcloud in chunks, and are put together once") {
  const std::string root = "/remote.php/dav/files/me/d";
  MiniDav server;
  server.keeps_mtime = true;
  for (const char* const path :
       {"/remote.php", "/remote.php/dav", "/remote.php/dav/uploads", "/remote.php/dav/uploads/me"})
    server.directories.insert(path);
  int losses = 1, refusals = 2;
  server.after = [&losses](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "MOVE" || losses-- <= 0) return std::nullopt;
    return FakeAnswer{.status = 504};
  };
  server.before = [&refusals](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "PUT" || refusals-- <= 0) return std::nullopt;
    return FakeAnswer{.status = 500};
  };
  std::string text(12'000'001, 'a');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>('a' + i % 23);
  for (const bool size_known : {true, false}) {
    with_files(server,
               [&text, size_known](FileSystem& files, MiniDav&) {
                 WriteOptions options{.mtime = TimePoint(std::chrono::seconds(1'600'000'000))};
                 if (size_known) options.size = text.size();
                 return [](FileSystem& fs, std::string bytes, WriteOptions write) -> Task<> {
                   const FileInfo info =
                       co_await write_text(fs, "big", std::move(bytes), std::move(write));
                   CHECK(info.size == 12'000'001);
                 }(files, text, options);
               },
               root, {.shows_tags = true, .keeps_mtime = true});
    CHECK((server.files.at(root + "/big").bytes == text));
    CHECK(server.files.at(root + "/big").mtime == 1'600'000'000);
    server.files.clear();
  }
  CHECK(server.count("MOVE") == 2);
  CHECK(server.count("PUT") == 8);
  CHECK(server.directories.size() == 8);  // no directory of chunks is left
}

TEST_CASE("an upload in chunks that is given up is removed") {
  MiniDav server;
  const std::string uploads = "/remote.php/dav/uploads/me";
  for (const char* const path :
       {"/remote.php", "/remote.php/dav", "/remote.php/dav/uploads", uploads.c_str()})
    server.directories.insert(path);
  with_files(
      server,
      [](FileSystem& files, MiniDav&) -> Task<> {
        const std::string text(6'000'000, 'a');
        const auto sink =
            co_await files.create(OpContext{}, "big", WriteOptions{.size = 7'000'000});
        co_await sink->write(as_bytes(text));
      },
      "/remote.php/dav/files/me");
  CHECK(server.count("PUT") == 1);
  CHECK(server.files.empty());
}

}  // namespace sluice::test
