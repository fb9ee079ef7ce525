#include "sluice/fs/webdav_fs.hpp"

#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"
#include "fs/webdav_fixture.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/pour.hpp"

namespace sluice::test {
namespace {

// It makes an answer for a whole directory on the loop, while the watchdog looks.
constexpr std::size_t most_in_memory = 1000;

}  // namespace

TEST_CASE("WebdavFs keeps the contract of file systems on a server in memory") {
  const FewerFiles fewer(most_in_memory);
  std::vector<std::unique_ptr<MiniDav>> servers;
  check_file_system_contract([&servers](Runtime& runtime) {
    servers.push_back(std::make_unique<MiniDav>());
    servers.back()->directories.insert("/d");
    return files_of(runtime, *servers.back(), "/d");
  });
}

TEST_CASE("WebdavFs keeps it where a MOVE makes another version of a file") {
  const FewerFiles fewer(most_in_memory);
  std::vector<std::unique_ptr<MiniDav>> servers;
  check_file_system_contract([&servers](Runtime& runtime) {
    servers.push_back(std::make_unique<MiniDav>());
    servers.back()->directories.insert("/d");
    servers.back()->move_changes_tag = true;
    return files_of(runtime, *servers.back(), "/d");
  });
}

TEST_CASE("a small upload is three round trips, and nothing is left") {
  MiniDav server;
  with_files(server, [](FileSystem& files, MiniDav& dav) -> Task<> {
    co_await write_text(files, "first", "1");
    const std::size_t before = dav.count("PROPFIND");
    const FileInfo info = co_await write_text(files, "a", "hello");
    CHECK(info.etag == "v2");
    CHECK(dav.count("PUT") == 2);
    CHECK(dav.count("MOVE") == 2);
    CHECK(dav.count("PROPFIND") == before + 2);
  });
  CHECK(server.files.at("/d/a").bytes == "hello");
  CHECK_FALSE(has_temporaries(server));
}

TEST_CASE("a MOVE whose answer was lost is looked into before it is made again") {
  for (const bool carried_out : {true, false}) {
    MiniDav server;
    int losses = 1;
    const auto lose = [&losses](const SeenRequest& request) -> std::optional<FakeAnswer> {
      if (request.method != "MOVE" || losses-- <= 0) return std::nullopt;
      return FakeAnswer{.failure = lost};
    };
    (carried_out ? server.after : server.before) = lose;
    with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
      const FileInfo info = co_await write_text(files, "a", "hello");
      CHECK(info.size == 5);
    });
    CHECK(server.count("MOVE") == (carried_out ? 1 : 2));
    CHECK(server.files.at("/d/a").bytes == "hello");
    CHECK_FALSE(has_temporaries(server));
  }
}

TEST_CASE("a MOVE that is locked is tried again, one that is refused is explained") {
  MiniDav server;
  int locks = 2;
  server.before = [&locks](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "MOVE" || locks-- <= 0) return std::nullopt;
    return FakeAnswer{.status = 423};
  };
  with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
    co_await write_text(files, "a", "hello");
  });
  server.before = [](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "MOVE") return std::nullopt;
    return FakeAnswer{.status = 502};
  };
  with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
    std::optional<Error> failure;
    try {
      co_await write_text(files, "b", "hello");
    } catch (const Error& error) {
      failure = error;
    }
    REQUIRE(failure);
    CHECK(failure->message().find("proxy") != std::string::npos);
  });
  CHECK_FALSE(server.files.contains("/d/b"));
  CHECK_FALSE(has_temporaries(server));
}

TEST_CASE("a server that keeps fewer bytes than it took is caught before the file has its name") {
  MiniDav server;
  server.put("/d/a", "old");
  server.after = [&server](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method == "PUT") {
      for (auto& [name, file] : server.files) {
        if (name.find(".sluice-part") != std::string::npos) file.bytes.pop_back();
      }
    }
    return std::nullopt;
  };
  with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
    const auto code = co_await failure_of(write_text(files, "a", "hello"));
    CHECK(code == ErrorCode::integrity);
  });
  CHECK(server.files.at("/d/a").bytes == "old");
  CHECK_FALSE(has_temporaries(server));
}

namespace {

struct Cuts {
  std::size_t after = 0;  ///< Bytes of each answer.
  int left = 0;
};

MiniDav::Fault cutting(Cuts& cuts, const MiniDav& server) {
  return [&cuts, &server](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "GET" || cuts.left-- <= 0) return std::nullopt;
    MiniDav whole = server;
    whole.before = whole.after = nullptr;
    FakeAnswer answer = whole.answer(request);
    answer.body.resize(std::min(answer.body.size(), cuts.after));
    answer.announce_length = false;
    answer.body_failure = lost;
    return answer;
  };
}

}  // namespace

TEST_CASE("a download that breaks off goes on where it was") {
  MiniDav server;
  std::string text(700'000, 'a');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>('a' + i % 23);
  server.put("/d/a", text);
  Cuts cuts{.after = 100'000, .left = 4};
  server.before = cutting(cuts, server);
  with_files(server, [&text](FileSystem& files, MiniDav& dav) {
    return [](FileSystem& fs, MiniDav& mini, const std::string& expected) -> Task<> {
      const std::string read = co_await read_text(fs, "a");
      CHECK((read == expected));
      CHECK(mini.count("GET") == 5);
    }(files, dav, text);
  });
}

TEST_CASE(
    "a download does not go on in another version, and gives up on a server that always breaks") {
  MiniDav server;
  server.put("/d/a", std::string(700'000, 'a'));
  Cuts cuts{.after = 100'000, .left = 1};
  const auto cut = cutting(cuts, server);
  server.before = [&server, cut](const SeenRequest& request) {
    auto answer = cut(request);
    if (answer) server.put("/d/a", std::string(700'000, 'b'));
    return answer;
  };
  with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
    const auto code = co_await failure_of(read_text(files, "a"));
    CHECK(code == ErrorCode::conflict);
  });
  Cuts endless{.after = 10, .left = 1000};
  server.before = cutting(endless, server);
  with_files(server, [](FileSystem& files, MiniDav& dav) -> Task<> {
    const std::size_t before = dav.count("GET");
    const auto code = co_await failure_of(read_text(files, "a"));
    CHECK(code == ErrorCode::network);
    CHECK(dav.count("GET") - before == 5);
  });
}

TEST_CASE("a server that ignores Range is read from its beginning, one that sends another is not") {
  MiniDav server;
  server.put("/d/a", "0123456789");
  server.before = [&server](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "GET") return std::nullopt;
    return FakeAnswer{.body = server.files.at("/d/a").bytes};
  };
  const ReadOptions middle{.offset = 3, .length = 4};
  with_files(server, [&middle](FileSystem& files, MiniDav&) {
    return [](FileSystem& fs, ReadOptions options) -> Task<> {
      const std::string read = co_await read_text(fs, "a", std::move(options));
      CHECK(read == "3456");
    }(files, middle);
  });
  server.before = [](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "GET") return std::nullopt;
    return FakeAnswer{
        .status = 206, .body = "0123", .headers = {{"Content-Range", "bytes 0-3/10"}}};
  };
  with_files(server, [&middle](FileSystem& files, MiniDav&) {
    return [](FileSystem& fs, ReadOptions options) -> Task<> {
      const auto code = co_await failure_of(read_text(fs, "a", std::move(options)));
      CHECK(code == ErrorCode::protocol);
    }(files, middle);
  });
}

TEST_CASE("a body shorter or longer than its file is no file") {
  for (const char* const body : {"01234", "0123456789x"}) {
    MiniDav server;
    server.put("/d/a", "0123456789");
    server.before = [body](const SeenRequest& request) -> std::optional<FakeAnswer> {
      if (request.method != "GET") return std::nullopt;
      return FakeAnswer{.body = body, .announce_length = false};
    };
    with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
      const auto code = co_await failure_of(read_text(files, "a"));
      CHECK(code.has_value());
    });
  }
}

TEST_CASE("fifty make one directory at once, whatever the server says of it") {
  for (const int status : {301, 405, 409, 423, 406}) {
    MiniDav server;
    server.after = [status](const SeenRequest& request) -> std::optional<FakeAnswer> {
      if (request.method != "MKCOL" || request.target != "/d/x/y/") return std::nullopt;
      return FakeAnswer{.status = status};
    };
    with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
      TaskGroup group(co_await asio::this_coro::executor);
      for (int i = 0; i < 50; ++i)
        group.spawn(files.make_directory(OpContext{}, i % 2 == 0 ? "x/y" : "x/y/z"));
      co_await group.join();
    });
    CHECK(server.directories.contains("/d/x/y/z"));
  }
}

TEST_CASE("remove takes no directory, and remove_directory none that holds something") {
  MiniDav server;
  server.put("/d/x/y", "1");
  with_files(server, [](FileSystem& files, MiniDav&) -> Task<> {
    const RemoveResult result = co_await files.remove(OpContext{}, {"x", "x/none"});
    CHECK(result.removed == 1);
    CHECK(result.failures.size() == 1);
    const bool removed = co_await files.remove_directory(OpContext{}, "x");
    CHECK_FALSE(removed);
  });
  CHECK(server.files.contains("/d/x/y"));
}

TEST_CASE("a server that hides names keeps its directories") {
  MiniDav server;
  with_files(server,
             [](FileSystem& files, MiniDav& dav) -> Task<> {
               co_await files.make_directory(OpContext{}, "x");
               const bool removed = co_await files.remove_directory(OpContext{}, "x");
               CHECK_FALSE(removed);
               CHECK(dav.count("DELETE") == 0);
             },
             "/d", {.hides_dot_names = true});
}

TEST_CASE("mtimes are sent where they are kept, and believed only if the server says so") {
  const TimePoint mtime(std::chrono::seconds(1'600'000'000));
  for (const bool keeps : {true, false}) {
    MiniDav server;
    server.keeps_mtime = keeps;
    with_files(server,
               [mtime](FileSystem& files, MiniDav&) {
                 return [](FileSystem& fs, WriteOptions options) -> Task<> {
                   CHECK(fs.capabilities().sets_mtime);
                   co_await write_text(fs, "a", "x", std::move(options));
                 }(files, WriteOptions{.mtime = mtime});
               },
               "/d", {.keeps_mtime = true});
    CHECK(server.files.at("/d/a").mtime == (keeps ? 1'600'000'000 : 1'700'000'000));
  }
}

namespace {

Task<OpenCopy> open_both(FileSystem& files) {
  OpenCopy copy;
  copy.source = co_await files.open(OpContext{}, "a", ReadOptions{});
  const WriteOptions options{.size = copy.source->info().size};
  copy.sink = co_await files.create(OpContext{}, "b", options);
  co_return copy;
}

Task<> copy_again(FileSystem& files, MiniDav& server) {
  const auto begin = [&files] { return open_both(files); };
  co_await pour_again(OpContext{}, begin, nullptr);
  CHECK(server.count("PUT") == 2);
}

}  // namespace

TEST_CASE("a large upload that breaks off begins again") {
  MiniDav server;
  server.put("/d/a", std::string(700'000, 'a'));
  int losses = 1;
  server.before = [&losses](const SeenRequest& request) -> std::optional<FakeAnswer> {
    if (request.method != "PUT" || losses-- <= 0) return std::nullopt;
    return FakeAnswer{.failure = lost};
  };
  with_files(server, copy_again);
  CHECK(server.files.at("/d/b").bytes.size() == 700'000);
  CHECK_FALSE(has_temporaries(server));
}

TEST_CASE("what a server is like is seen where there is something of it") {
  MiniDav server;
  server.put("/d/a", "x");
  run([&server](Runtime& runtime) {
    return [](Runtime& world, MiniDav& dav) -> Task<> {
      const auto client = client_of(world, dav);
      const WebdavTraits file = co_await probe_webdav(OpContext{}, client, "/d/a");
      CHECK(file.shows_tags);
      CHECK_FALSE(file.keeps_mtime);
      const WebdavTraits above = co_await probe_webdav(OpContext{}, client, "/none/at/all/");
      CHECK_FALSE(above.shows_tags);
      const WebdavTraits cloud =
          co_await probe_webdav(OpContext{}, client, "/remote.php/dav/files/me");
      CHECK(cloud.keeps_mtime);
    }(runtime, server);
  });
}

}  // namespace sluice::test
