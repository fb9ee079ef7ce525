#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "session.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"

namespace sluice::test {
namespace {

Task<FileInfo> write_file(FileSystem& files, OpContext context, std::string path, std::string_view text, WriteOptions options) {
  std::unique_ptr<ByteSink> sink = co_await files.create(std::move(context), std::move(path), std::move(options));
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, 1'000'000);
    co_await sink->write(as_bytes(piece));
    text.remove_prefix(piece.size());
  }
  FileInfo info = co_await sink->commit();
  co_return info;
}

Task<std::string> read_file(FileSystem& files, OpContext context, std::string path, ReadOptions options) {
  std::unique_ptr<ByteSource> source = co_await files.open(std::move(context), std::move(path), std::move(options));
  std::string text = co_await read_all(*source);
  co_return text;
}

Task<std::vector<FileInfo>> walked(FileSystem& files, OpContext context, std::string root, WalkOptions options) {
  std::unique_ptr<FileStream> stream = files.walk(std::move(context), std::move(root), std::move(options));
  std::vector<FileInfo> all;
  for (;;) {
    auto batch = co_await stream->next();
    if (!batch) break;
    CHECK(batch->failures.empty());
    all.insert(all.end(), batch->files.begin(), batch->files.end());
  }
  co_return all;
}

std::vector<std::string> paths_of(const std::vector<FileInfo>& files) {
  std::vector<std::string> paths;
  for (const FileInfo& file : files) paths.push_back(file.path);
  return paths;
}

using Paths = std::vector<std::string>;

/// Runs `body(Session&, FileSystem&)` and closes the file system.
template <class Body>
Task<> in_files(Session& session, Body body) {
  std::unique_ptr<FileSystem> files = session.files();
  std::exception_ptr thrown;
  try {
    co_await body(session, *files);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await files->close(session.context());
  if (thrown) std::rethrow_exception(thrown);
}

template <class Body>
void with_files(Body body, aws::S3ClientOptions options = options_for_multipart(aws::ChecksumAlgorithm::crc64nvme)) {
  auto start = [body](Session& session) { return in_files(session, body); };
  with_session(start, std::move(options));
}

Task<std::size_t> open_uploads(Session& session) {
  const aws::UploadsPage page =
      co_await session.client->list_uploads(session.context(), session.bucket, session.prefix, aws::UploadsMarker());
  co_return page.uploads.size();
}

class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-s3-suite-XXXXXX").native();
    if (!::mkdtemp(name.data())) throw Error(ErrorCode::internal, "mkdtemp", name, "failed");
    path_ = name;
  }
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void write_local(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}
std::string read_local(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("2,500 files are walked in order by pages, and removed by thousands") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    constexpr int count = 2'500;
    TaskGroup group(session.runtime.executor());
    for (int i = 0; i < count; ++i) {
      co_await group.wait_below(16);
      std::string key = session.prefix + "dir" + std::to_string(i % 7) + "/file-" + std::to_string(i);
      auto put = [](Session& in, std::string at) -> Task<> {
        aws::S3Location object{.bucket = in.bucket, .key = std::move(at)};
        co_await in.client->put(in.context(), std::move(object), as_bytes("x"), nullptr, aws::WriteCondition());
      };
      group.spawn(put(session, std::move(key)));
    }
    co_await group.join();
    const auto all = co_await walked(files, session.context(), "", WalkOptions());
    CHECK(all.size() == count);
    const Paths paths = paths_of(all);
    CHECK(std::ranges::is_sorted(paths));
    for (const FileInfo& file : all) {
      if (file.size != 1 || file.etag.empty() || !file.mtime) FAIL_CHECK("not described: " << file.path);
    }
    WalkOptions rest;
    rest.start_after = paths[2'000];
    const auto later = co_await walked(files, session.context(), "", rest);
    CHECK(later.size() == 499);
    WalkOptions narrow;
    narrow.include = {"dir3/*1"};
    const auto some = co_await walked(files, session.context(), "", narrow);
    CHECK(some.size() == static_cast<std::size_t>(std::ranges::count_if(
                             paths, [](const std::string& path) { return path.starts_with("dir3/") && path.ends_with('1'); })));
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
    const FileInfo written = co_await write_file(files, session.context(), "dir/small.csv", "a,b\n1", options);
    CHECK(session.http->stats().requests == before + 1);
    const std::string text = co_await read_file(files, session.context(), "dir/small.csv", ReadOptions());
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
    const Error missing = co_await failure_of(read_file(files, session.context(), "missing", ReadOptions()));
    CHECK(missing.code() == ErrorCode::not_found);
  });
}

TEST_CASE("a large file goes up and down in parallel parts, verified, whether its size was known or not") {
  for (const aws::ChecksumAlgorithm algorithm : {aws::ChecksumAlgorithm::crc64nvme, aws::ChecksumAlgorithm::sha256}) {
    CAPTURE(name_of(algorithm));
    auto body = [](Session& session, FileSystem& files) -> Task<> {
      const std::string bytes = some_bytes(23'000'001, 7);
      WriteOptions known_size;
      known_size.size = bytes.size();
      const FileInfo first = co_await write_file(files, session.context(), "large", bytes, known_size);
      const FileInfo second = co_await write_file(files, session.context(), "stream", bytes, WriteOptions());
      CHECK(first.size == bytes.size());
      CHECK(first.etag.ends_with("-5"));
      CHECK(second.etag.ends_with("-5"));
      ReadOptions known;
      known.known = first;
      const std::string parallel = co_await read_file(files, session.context(), "large", known);
      CHECK((parallel == bytes));
      const std::string single = co_await read_file(files, session.context(), "stream", ReadOptions());
      CHECK((single == bytes));
      const std::size_t open = co_await open_uploads(session);
      CHECK(open == 0);
    };
    with_files(body, options_for_multipart(algorithm));
  }
}

TEST_CASE("a sink that is given up leaves nothing behind") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    const std::string bytes = some_bytes(11'000'000, 3);
    std::unique_ptr<ByteSink> aborted = co_await files.create(session.context(), "aborted", WriteOptions());
    co_await aborted->write(as_bytes(bytes));
    co_await aborted->abort();
    std::unique_ptr<ByteSink> dropped = co_await files.create(session.context(), "dropped", WriteOptions());
    co_await dropped->write(as_bytes(bytes));
    dropped.reset();
    WriteOptions wrong;
    wrong.size = 3;
    const Error error = co_await failure_of(write_file(files, session.context(), "wrong", "four", wrong));
    CHECK(error.code() == ErrorCode::conflict);
    const Error fewer = co_await failure_of(write_file(files, session.context(), "wrong", "ab", wrong));
    CHECK(fewer.code() == ErrorCode::conflict);
    co_await files.close(session.context());
    const std::size_t open = co_await open_uploads(session);
    CHECK(open == 0);
    const auto all = co_await walked(files, session.context(), "", WalkOptions());
    CHECK(all.empty());
  });
}

TEST_CASE("a download that is given up stops its parts") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    const std::string bytes = some_bytes(23'000'000, 5);
    const FileInfo written = co_await write_file(files, session.context(), "large", bytes, WriteOptions());
    ReadOptions known;
    known.known = written;
    std::unique_ptr<ByteSource> source = co_await files.open(session.context(), "large", known);
    co_await source->next();
    source.reset();
    co_await files.close(session.context());
  });
}

TEST_CASE("an overwrite is refused if the file changed, by request or by part") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    const std::string large = some_bytes(11'000'000, 4);
    for (const std::string& bytes : {std::string("small"), large}) {
      CAPTURE(bytes.size());
      const FileInfo first = co_await write_file(files, session.context(), "file", "old", WriteOptions());
      WriteOptions guarded;
      guarded.expected = first;
      const FileInfo second = co_await write_file(files, session.context(), "file", bytes, guarded);
      CHECK(second.etag != first.etag);
      const Error stale = co_await failure_of(write_file(files, session.context(), "file", bytes, guarded));
      CHECK(stale.code() == ErrorCode::conflict);
      const Error again = co_await failure_of(write_file(files, session.context(), "file", bytes, guarded));
      CHECK(again.code() == ErrorCode::conflict);
      const std::string text = co_await read_file(files, session.context(), "file", ReadOptions());
      CHECK((text == bytes));
    }
    const aws::IfMatchSupport put = session.client->if_match_on_put();
    CHECK((put == aws::IfMatchSupport::honoured) == server().traits.honours_if_match_on_put);
    const aws::IfMatchSupport complete = session.client->if_match_on_complete();
    CHECK((complete == aws::IfMatchSupport::honoured) == server().traits.honours_if_match_on_complete);
    WriteOptions fresh;
    fresh.must_not_exist = true;
    const Error exists = co_await failure_of(write_file(files, session.context(), "file", "x", fresh));
    CHECK(exists.code() == ErrorCode::conflict);
    co_await write_file(files, session.context(), "fresh", "x", fresh);
    co_await files.close(session.context());
    const std::size_t open = co_await open_uploads(session);
    CHECK(open == 0);
  });
}

TEST_CASE("local files go up and come down, small and large") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    const ScratchDirectory scratch;
    for (const std::size_t size : {0UL, 5UL, 300'000UL, 12'000'000UL}) {
      CAPTURE(size);
      const std::string bytes = some_bytes(size, 9);
      write_local(scratch / "in", bytes);
      const FileInfo uploaded = co_await files.upload(session.context(), scratch / "in", "file", WriteOptions());
      CHECK(uploaded.size == size);
      ReadOptions options;
      options.known = uploaded;
      options.if_match = uploaded.etag;
      const FileInfo downloaded = co_await files.download(session.context(), "file", scratch / "out", options);
      CHECK(downloaded.etag == uploaded.etag);
      const std::string text = read_local(scratch / "out");
      CHECK((text == bytes));
    }
    const Error missing = co_await failure_of(files.download(session.context(), "none", scratch / "none", ReadOptions()));
    CHECK(missing.code() == ErrorCode::not_found);
    CHECK_FALSE(std::filesystem::exists(scratch / "none"));
    const Error absent = co_await failure_of(files.upload(session.context(), scratch / "none", "none", WriteOptions()));
    CHECK(absent.code() == ErrorCode::not_found);
  });
}

TEST_CASE("files are copied on the server, also between file systems of one client, if the source is as described") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    auto extras = std::make_shared<FileExtras>();
    extras->metadata = {{"a", "1"}};
    WriteOptions attributes;
    attributes.extras = extras;
    const FileInfo from = co_await write_file(files, session.context(), "from", "bytes", attributes);
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
    const auto across = co_await other->copy_from(session.context(), files, from, "copied", WriteOptions());
    REQUIRE(across.has_value());
    const std::string text = co_await read_file(files, session.context(), "other/copied", ReadOptions());
    CHECK(text == "bytes");
    co_await other->close(session.context());
    FileInfo stale = from;
    stale.etag = "d41d8cd98f00b204e9800998ecf8427e";
    const Error error = co_await failure_of(files.copy(session.context(), stale, "to", WriteOptions()));
    CHECK((error.code() == ErrorCode::conflict) == server().traits.honours_if_match_on_copy_source);
  });
}

TEST_CASE("parts of an object are copied on the server") {
  with_session([](Session& session) -> Task<> {
    const std::string bytes = some_bytes(11'000'000, 8);
    co_await session.client->put(session.context(), session.at("source"), as_bytes(bytes), nullptr, aws::WriteCondition());
    const aws::S3Upload upload =
        co_await session.client->create_upload(session.context(), session.at("target"), nullptr, aws::MultipartChecksum());
    const std::uint64_t half = 6'000'000;
    const aws::ByteRange head{.first = 0, .last = half - 1};
    const aws::ByteRange tail{.first = half, .last = bytes.size() - 1};
    std::vector<aws::CompletedPart> parts;
    aws::CompletedPart part = co_await session.client->copy_part(session.context(), upload, 1, session.at("source"), head, {});
    parts.push_back(part);
    part = co_await session.client->copy_part(session.context(), upload, 2, session.at("source"), tail, {});
    parts.push_back(part);
    const aws::PartsPage listed = co_await session.client->list_parts(session.context(), upload, 0);
    CHECK(listed.parts.size() == 2);
    const aws::CompleteOptions options{.algorithm = {}, .size = bytes.size()};
    co_await session.client->complete_upload(session.context(), upload, parts, options);
    const std::string text = co_await read_object(session, "target", aws::GetOptions());
    CHECK((text == bytes));
  });
}

}  // namespace sluice::test
