#include "files.hpp"

namespace sluice::test {

TEST_CASE("a sink that is given up leaves nothing behind") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    const std::string bytes = some_bytes(11'000'000, 3);
    std::unique_ptr<ByteSink> aborted =
        co_await files.create(session.context(), "aborted", WriteOptions());
    co_await aborted->write(as_bytes(bytes));
    co_await aborted->abort();
    std::unique_ptr<ByteSink> dropped =
        co_await files.create(session.context(), "dropped", WriteOptions());
    co_await dropped->write(as_bytes(bytes));
    dropped.reset();
    WriteOptions wrong;
    wrong.size = 3;
    const Error error =
        co_await failure_of(write_file(files, session.context(), "wrong", "four", wrong));
    CHECK(error.code() == ErrorCode::conflict);
    const Error fewer =
        co_await failure_of(write_file(files, session.context(), "wrong", "ab", wrong));
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
    const FileInfo written =
        co_await write_file(files, session.context(), "large", bytes, WriteOptions());
    ReadOptions known;
    known.known = written;
    std::unique_ptr<ByteSource> source = co_await files.open(session.context(), "large", known);
    co_await source->next();
    source.reset();
    co_await files.close(session.context());
  });
}

TEST_CASE("local files go up and come down, small and large") {
  with_files([](Session& session, FileSystem& files) -> Task<> {
    const TemporaryDirectory scratch;
    for (const std::size_t size : {0UL, 5UL, 300'000UL, 12'000'000UL}) {
      CAPTURE(size);
      const std::string bytes = some_bytes(size, 9);
      write_whole(scratch / "in", bytes);
      const FileInfo uploaded =
          co_await files.upload(session.context(), scratch / "in", "file", WriteOptions());
      CHECK(uploaded.size == size);
      ReadOptions options;
      options.known = uploaded;
      options.if_match = uploaded.etag;
      const FileInfo downloaded =
          co_await files.download(session.context(), "file", scratch / "out", options);
      CHECK(downloaded.etag == uploaded.etag);
      const std::string text = read_whole(scratch / "out");
      CHECK((text == bytes));
    }
    const Error missing = co_await failure_of(
        files.download(session.context(), "none", scratch / "none", ReadOptions()));
    CHECK(missing.code() == ErrorCode::not_found);
    CHECK_FALSE(std::filesystem::exists(scratch / "none"));
    const Error absent = co_await failure_of(
        files.upload(session.context(), scratch / "none", "none", WriteOptions()));
    CHECK(absent.code() == ErrorCode::not_found);
  });
}

TEST_CASE("parts of an object are copied on the server") {
  with_session([](Session& session) -> Task<> {
    const std::string bytes = some_bytes(11'000'000, 8);
    co_await session.client->put(session.context(), session.at("source"), as_bytes(bytes), nullptr,
                                 aws::WriteCondition());
    const aws::S3Upload upload = co_await session.client->create_upload(
        session.context(), session.at("target"), nullptr, aws::MultipartChecksum());
    const std::uint64_t half = 6'000'000;
    const aws::ByteRange head{.first = 0, .last = half - 1};
    const aws::ByteRange tail{.first = half, .last = bytes.size() - 1};
    std::vector<aws::CompletedPart> parts;
    aws::CompletedPart part = co_await session.client->copy_part(session.context(), upload, 1,
                                                                 session.at("source"), head, {});
    parts.push_back(part);
    part = co_await session.client->copy_part(session.context(), upload, 2, session.at("source"),
                                              tail, {});
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
