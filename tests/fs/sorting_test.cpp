#include <doctest/doctest.h>

#include <algorithm>

#include "codec/random_input.hpp"
#include "fs/fs_actions.hpp"
#include "fs/record_sorter.hpp"
#include "sluice/fs/sorted_stream.hpp"
#include "sluice/fs/walk_order.hpp"
#include "support/run.hpp"

using namespace sluice;

namespace {

class GivenStream final : public FileStream {
 public:
  explicit GivenStream(std::vector<std::vector<FileInfo>> batches, std::vector<Error> failures = {})
      : batches_(std::move(batches)), failures_(std::move(failures)) {}
  Task<std::optional<FileBatch>> next() override {
    if (next_ == batches_.size()) co_return std::nullopt;
    std::vector<FileInfo>& batch = batches_[next_++];
    co_return next_ == 1 ? FileBatch{batch, failures_} : FileBatch{batch, {}};
  }

 private:
  std::vector<std::vector<FileInfo>> batches_;
  std::vector<Error> failures_;
  std::size_t next_ = 0;
};

Task<> walk_checked(std::unique_ptr<FileStream> stream) {
  auto checked = check_order(std::move(stream));
  co_await test::collect(std::move(checked));
}

FileInfo file(std::string path) {
  FileInfo info;
  info.path = std::move(path);
  return info;
}

std::vector<std::string> sorted_by(RecordSorter& sorter, const std::vector<std::string>& keys) {
  for (const std::string& key : keys)
    sorter.add(key, "p" + key);
  sorter.finish();
  std::vector<std::string> out;
  while (const auto record = sorter.next()) {
    CHECK(record->payload == "p" + std::string(record->key));
    out.emplace_back(record->key);
  }
  return out;
}

}  // namespace

TEST_CASE("RecordSorter sorts by bytes, in memory and through scratch files, and starts anew") {
  codec::test::RandomInput random("record sorter");
  for (const std::size_t memory : {std::size_t{4096}, std::size_t{32} << 20}) {
    RecordSorter sorter(memory, std::filesystem::temp_directory_path());
    for (const std::size_t count : {0UL, 1UL, 20'000UL, 3UL}) {
      std::vector<std::string> keys;
      for (std::size_t i = 0; i < count; ++i)
        keys.push_back(random.bytes(random.below(20)));
      const std::vector<std::string> sorted = sorted_by(sorter, keys);
      std::ranges::sort(keys);
      CHECK((sorted == keys));
      if (count == 20'000) CHECK((sorter.spilled_runs() > 1) == (memory == 4096));
      sorter.reset();
    }
  }
}

TEST_CASE("sort_stream orders what cannot order itself and keeps every field and failure") {
  test::run([](Runtime& runtime) -> Task<> {
    FileExtras extras;
    extras.mode = 0640;
    extras.metadata = {{"k", "v"}};
    extras.tags = {{{"t", "u"}}};
    FileInfo full = file("m");
    full.size = 7;
    full.mtime = TimePoint(std::chrono::nanoseconds(5));
    full.etag = "tag";
    full.extras = std::make_shared<const FileExtras>(extras);
    FileInfo directory = file("a");
    directory.type = FileType::directory;
    std::vector<std::vector<FileInfo>> batches = {{file("z"), directory}, {full, file("a-b")}};
    std::vector<Error> failures = {Error(ErrorCode::permission_denied, "list", "x", "no")};
    auto given = std::make_unique<GivenStream>(std::move(batches), std::move(failures));
    auto sorted = sort_stream(runtime, std::move(given), SortOptions{.memory = 1});
    const test::Walked walked = co_await test::collect(check_order(std::move(sorted)));
    CHECK(walked.paths() == std::vector<std::string>{"a-b", "a", "m", "z"});
    CHECK(walked.failures.size() == 1);
    REQUIRE(walked.files[2].extras);
    CHECK(*walked.files[2].extras == extras);
    CHECK(walked.files[2].mtime == full.mtime);
    CHECK(walked.files[2].etag == "tag");
    CHECK(walked.files[1].type == FileType::directory);
  });
}

TEST_CASE("check_order: a file out of order or twice is a protocol error, also across batches") {
  const std::vector<std::vector<std::vector<FileInfo>>> bad = {
      {{file("b"), file("a")}}, {{file("a"), file("a")}}, {{file("b")}, {}, {file("a")}}};
  for (const auto& batches : bad) {
    const auto error = test::error_of(
        [&batches](Runtime&) { return walk_checked(std::make_unique<GivenStream>(batches)); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::protocol);
  }
}
