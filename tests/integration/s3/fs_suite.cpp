#include <algorithm>

#include "files.hpp"
#include "sluice/codec/date.hpp"

namespace sluice::test {

TEST_CASE("2,500 files are walked in order by pages, and removed by thousands") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    constexpr int count = 2'500;
    TaskGroup group(session.runtime.executor());
    for (int i = 0; i < count; ++i) {
      co_await group.wait_below(16);
      std::string key =
          session.prefix + "dir" + std::to_string(i % 7) + "/file-" + std::to_string(i);
      auto put = [](Session& in, std::string at) -> Task<> {
        aws::S3Location object{.bucket = in.bucket, .key = std::move(at)};
        co_await in.client->put(in.context(), std::move(object), as_bytes("x"), nullptr,
                                aws::WriteCondition());
      };
      group.spawn(put(session, std::move(key)));
    }
    co_await group.join();
    const auto all = co_await walked(files, session.context(), "", WalkOptions());
    CHECK(all.size() == count);
    const Paths paths = paths_of(all);
    CHECK(std::ranges::is_sorted(paths));
    for (const FileInfo& file : all) {
      if (file.size != 1 || file.etag.empty() || !file.mtime)
        FAIL_CHECK("not described: " << file.path);
    }
    WalkOptions rest;
    rest.start_after = paths[2'000];
    const auto later = co_await walked(files, session.context(), "", rest);
    CHECK(later.size() == 499);
    WalkOptions narrow;
    narrow.include = {"dir3/*1"};
    const auto some = co_await walked(files, session.context(), "", narrow);
    CHECK(some.size() ==
          static_cast<std::size_t>(std::ranges::count_if(paths, [](const std::string& path) {
            return path.starts_with("dir3/") && path.ends_with('1');
          })));
    const RemoveResult removed = co_await files.remove(session.context(), paths);
    CHECK(removed.removed == count);
    CHECK(removed.failures.empty());
    const auto left = co_await walked(files, session.context(), "", WalkOptions());
    CHECK(left.empty());
  });
}

TEST_CASE("a walk goes below its root, as deep as asked, and shows directories only when asked") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    for (const char* path : {"a.txt", "a/b", "a/c/d", "a/c/e/f", "z"}) {
      co_await write_file(files, session.context(), path, "x", WriteOptions());
    }
    const Paths everything = {"a.txt", "a/b", "a/c/d", "a/c/e/f", "z"};
    auto found = co_await walked(files, session.context(), "", WalkOptions());
    CHECK(paths_of(found) == everything);
    found = co_await walked(files, session.context(), "a/c", WalkOptions());
    CHECK(paths_of(found) == Paths{"a/c/d", "a/c/e/f"});
    WalkOptions shallow;
    shallow.max_depth = 1;
    found = co_await walked(files, session.context(), "", shallow);
    CHECK(paths_of(found) == Paths{"a.txt", "z"});
    shallow.files_only = false;
    found = co_await walked(files, session.context(), "", shallow);
    CHECK(paths_of(found) == Paths{"a.txt", "a", "z"});
    CHECK(found[1].type == FileType::directory);
    WalkOptions two;
    two.max_depth = 2;
    found = co_await walked(files, session.context(), "", two);
    CHECK(paths_of(found) == Paths{"a.txt", "a/b", "z"});
    found = co_await walked(files, session.context(), "nowhere", WalkOptions());
    CHECK(found.empty());
  });
}

TEST_CASE("a small file takes one request in each direction, and comes back as a walk reports it") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    WriteOptions options;
    options.size = 5;
    options.mtime = TimePoint(std::chrono::nanoseconds(1'614'556'800'123'456'789));
    const std::uint64_t before = session.http->stats().requests;
    const FileInfo written =
        co_await write_file(files, session.context(), "dir/small.csv", "a,b\n1", options);
    CHECK(session.http->stats().requests == before + 1);
    const std::string text =
        co_await read_file(files, session.context(), "dir/small.csv", ReadOptions());
    CHECK(session.http->stats().requests == before + 2);
    CHECK(text == "a,b\n1");
    const auto all = co_await walked(files, session.context(), "", WalkOptions());
    REQUIRE(all.size() == 1);
    CHECK(all[0].path == written.path);
    CHECK(all[0].size == written.size);
    CHECK(all[0].etag == written.etag);
    CHECK_FALSE(written.mtime.has_value());
    FindOptions with_extras;
    with_extras.extras = true;
    const auto found = co_await files.find(session.context(), "dir/small.csv", with_extras);
    REQUIRE(found.has_value());
    REQUIRE(found->extras != nullptr);
    CHECK(found->extras->content_type == "text/csv");
    const auto kept = codec::parse_epoch_seconds(found->extras->metadata.at("mtime"));
    CHECK(kept == options.mtime);
    CHECK(found->extras->tags.has_value());
    const auto nothing = co_await files.find(session.context(), "dir", FindOptions());
    CHECK_FALSE(nothing.has_value());
  });
}

TEST_CASE("empty files and ranges of files are served") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    co_await write_file(files, session.context(), "empty", "", WriteOptions());
    std::string text = co_await read_file(files, session.context(), "empty", ReadOptions());
    CHECK(text.empty());
    ReadOptions nothing;
    nothing.length = 0;
    text = co_await read_file(files, session.context(), "empty", nothing);
    CHECK(text.empty());
    co_await write_file(files, session.context(), "digits", "0123456789", WriteOptions());
    ReadOptions middle;
    middle.offset = 4;
    middle.length = 3;
    text = co_await read_file(files, session.context(), "digits", middle);
    CHECK(text == "456");
    ReadOptions end;
    end.offset = 10;
    text = co_await read_file(files, session.context(), "digits", end);
    CHECK(text.empty());
    ReadOptions beyond;
    beyond.offset = 11;
    const Error error = co_await failure_of(read_file(files, session.context(), "digits", beyond));
    CHECK(error.code() == ErrorCode::invalid_input);
    const Error missing =
        co_await failure_of(read_file(files, session.context(), "missing", ReadOptions()));
    CHECK(missing.code() == ErrorCode::not_found);
  });
}

TEST_CASE(
    "a large file goes up and down in parallel parts, verified, whether its size was known or "
    "not") {
  for (const aws::ChecksumAlgorithm algorithm :
       {aws::ChecksumAlgorithm::crc64nvme, aws::ChecksumAlgorithm::sha256}) {
    CAPTURE(name_of(algorithm));
    auto body = [](Session& session, FileSystem& files) -> Task<> {
      const std::string bytes = some_bytes(23'000'001, 7);
      WriteOptions known_size;
      known_size.size = bytes.size();
      const FileInfo first =
          co_await write_file(files, session.context(), "large", bytes, known_size);
      const FileInfo second =
          co_await write_file(files, session.context(), "stream", bytes, WriteOptions());
      CHECK(first.size == bytes.size());
      CHECK(first.etag.ends_with("-5"));
      CHECK(second.etag.ends_with("-5"));
      ReadOptions known;
      known.known = first;
      const std::string parallel = co_await read_file(files, session.context(), "large", known);
      CHECK((parallel == bytes));
      const std::string single =
          co_await read_file(files, session.context(), "stream", ReadOptions());
      CHECK((single == bytes));
      const std::size_t open = co_await open_uploads(session);
      CHECK(open == 0);
    };
    with_files(body, options_for_multipart(algorithm));
  }
}

TEST_CASE("an overwrite is refused if the file changed, by request or by part") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    const std::string large = some_bytes(11'000'000, 4);
    for (const std::string& bytes : {std::string("small"), large}) {
      CAPTURE(bytes.size());
      const FileInfo first =
          co_await write_file(files, session.context(), "file", "old", WriteOptions());
      WriteOptions guarded;
      guarded.expected = first;
      const FileInfo second = co_await write_file(files, session.context(), "file", bytes, guarded);
      CHECK(second.etag != first.etag);
      const Error stale =
          co_await failure_of(write_file(files, session.context(), "file", bytes, guarded));
      CHECK(stale.code() == ErrorCode::conflict);
      const Error again =
          co_await failure_of(write_file(files, session.context(), "file", bytes, guarded));
      CHECK(again.code() == ErrorCode::conflict);
      const std::string text = co_await read_file(files, session.context(), "file", ReadOptions());
      CHECK((text == bytes));
    }
    const aws::IfMatchSupport put = session.client->if_match_on_put();
    CHECK((put == aws::IfMatchSupport::honoured) == server().traits.honours_if_match_on_put);
    const aws::IfMatchSupport complete = session.client->if_match_on_complete();
    CHECK((complete == aws::IfMatchSupport::honoured) ==
          server().traits.honours_if_match_on_complete);
    WriteOptions fresh;
    fresh.must_not_exist = true;
    const Error exists =
        co_await failure_of(write_file(files, session.context(), "file", "x", fresh));
    CHECK(exists.code() == ErrorCode::conflict);
    co_await write_file(files, session.context(), "fresh", "x", fresh);
    co_await files.close(session.context());
    const std::size_t open = co_await open_uploads(session);
    CHECK(open == 0);
  });
}

TEST_CASE(
    "files are copied on the server, also between file systems of one client, if the source is as "
    "described") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    auto extras = std::make_shared<FileExtras>();
    extras->metadata = {{"a", "1"}};
    WriteOptions attributes;
    attributes.extras = extras;
    const FileInfo from =
        co_await write_file(files, session.context(), "from", "bytes", attributes);
    const FileInfo to = co_await files.copy(session.context(), from, "to", WriteOptions());
    CHECK(to.path == "to");
    CHECK(to.size == 5);
    FindOptions with_extras;
    with_extras.extras = true;
    const auto found = co_await files.find(session.context(), "to", with_extras);
    REQUIRE(found.has_value());
    CHECK(found->etag == to.etag);
    CHECK(found->extras->metadata.at("a") == "1");
    std::unique_ptr<FileSystem> other = session.files("other/");
    const auto across =
        co_await other->copy_from(session.context(), files, from, "copied", WriteOptions());
    REQUIRE(across.has_value());
    const std::string text =
        co_await read_file(files, session.context(), "other/copied", ReadOptions());
    CHECK(text == "bytes");
    co_await other->close(session.context());
    FileInfo stale = from;
    stale.etag = "d41d8cd98f00b204e9800998ecf8427e";
    const Error error =
        co_await failure_of(files.copy(session.context(), stale, "to", WriteOptions()));
    CHECK((error.code() == ErrorCode::conflict) == server().traits.honours_if_match_on_copy_source);
  });
}

}  // namespace sluice::test
