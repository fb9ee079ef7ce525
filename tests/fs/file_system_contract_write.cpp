#include <map>

#include "codec/random_input.hpp"
#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"
#include "sluice/async/deadline.hpp"

namespace sluice::test {
namespace {

using namespace std::chrono_literals;
using Paths = std::vector<std::string>;

Task<> invisible_until_commit(Runtime&, FileSystem& fs, std::filesystem::path) {
  const auto sink = co_await fs.create(OpContext{}, "dir/file.txt", WriteOptions{});
  co_await sink->write(as_bytes("first "));
  co_await sink->write(as_bytes("second"));
  const auto before = co_await fs.find(OpContext{}, "dir/file.txt", FindOptions{});
  CHECK_FALSE(before);
  const Paths listed = co_await paths_of(fs);
  CHECK(listed.empty());
  co_await sink->commit();
  const std::string text = co_await read_text(fs, "dir/file.txt");
  CHECK(text == "first second");
}

Task<> abort_leaves_nothing(Runtime&, FileSystem& fs, std::filesystem::path) {
  for (const std::size_t size : {10UL, 600'000UL}) {
    const std::string text(size, 'x');
    const auto sink = co_await fs.create(OpContext{}, "a", WriteOptions{});
    co_await sink->write(as_bytes(text));
    co_await sink->abort();
    const Paths listed = co_await paths_of(fs);
    CHECK(listed.empty());
  }
}

Task<> dropped_sink_leaves_nothing(Runtime&, FileSystem& fs, std::filesystem::path) {
  const std::string text(600'000, 'x');
  auto sink = co_await fs.create(OpContext{}, "a", WriteOptions{});
  co_await sink->write(as_bytes(text));
  sink.reset();
  co_await fs.close(OpContext{});
  const Paths listed = co_await paths_of(fs);
  CHECK(listed.empty());
}

Task<> overwriting_replaces_all(Runtime&, FileSystem& fs, std::filesystem::path) {
  co_await write_text(fs, "a", "a long first version");
  co_await write_text(fs, "a", "short");
  const std::string text = co_await read_text(fs, "a");
  CHECK(text == "short");
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == Paths{"a"});
}

Task<> overwriting_is_invisible_until_commit(Runtime&, FileSystem& fs, std::filesystem::path) {
  co_await write_text(fs, "a", "old");
  const std::string large(600'000, 'n');
  const auto sink = co_await fs.create(OpContext{}, "a", WriteOptions{});
  co_await sink->write(as_bytes(large));
  const std::string before = co_await read_text(fs, "a");
  CHECK(before == "old");
  co_await sink->commit();
  const std::string after = co_await read_text(fs, "a");
  CHECK(after == large);
}

Task<> commit_returns_what_a_walk_reports(Runtime&, FileSystem& fs, std::filesystem::path) {
  const FileInfo written = co_await write_text(fs, "d/a", "bytes");
  CHECK(written.path == "d/a");
  CHECK(written.size == 5);
  CHECK(written.type == FileType::regular);
  const Walked walked = co_await walk_all(fs, "", WalkOptions{});
  REQUIRE(walked.files.size() == 1);
  const FileInfo& listed = walked.files.front();
  CHECK(listed.path == written.path);
  CHECK(listed.size == written.size);
  CHECK(listed.etag == written.etag);
  if (written.mtime) CHECK(listed.mtime == written.mtime);
  const auto found = co_await fs.find(OpContext{}, "d/a", FindOptions{});
  REQUIRE(found);
  CHECK(found->size == 5);
  CHECK(found->etag == listed.etag);
  REQUIRE(found->mtime.has_value() == listed.mtime.has_value());
  if (found->mtime)
    CHECK(std::chrono::abs(*found->mtime - *listed.mtime) < fs.capabilities().mtime_precision);
}

Task<> commit_takes_the_last_bytes(Runtime&, FileSystem& fs, std::filesystem::path) {
  const std::string large(600'000, 'l');
  for (const std::string_view first :
       {std::string_view(), std::string_view("first "), std::string_view(large)}) {
    const std::string_view last = "and last";
    const auto sink =
        co_await fs.create(OpContext{}, "a", WriteOptions{.size = first.size() + last.size()});
    if (!first.empty()) co_await sink->write(as_bytes(first));
    const FileInfo info = co_await sink->commit_with(as_bytes(last));
    CHECK(info.size == first.size() + last.size());
    const std::string text = co_await read_text(fs, "a");
    CHECK(text == std::string(first).append(last));
  }
  const auto sink = co_await fs.create(OpContext{}, "b", WriteOptions{.size = 3});
  std::optional<ErrorCode> code;
  try {
    co_await sink->commit_with(as_bytes("four"));
  } catch (const Error& error) {
    code = error.code();
  }
  CHECK(code == ErrorCode::conflict);
  const auto found = co_await fs.find(OpContext{}, "b", FindOptions{});
  CHECK_FALSE(found);
}

Task<> empty_files_exist(Runtime&, FileSystem& fs, std::filesystem::path) {
  const auto sink = co_await fs.create(OpContext{}, "empty", WriteOptions{.size = 0});
  const FileInfo info = co_await sink->commit();
  CHECK(info.size == 0);
  const std::string text = co_await read_text(fs, "empty");
  CHECK(text.empty());
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == Paths{"empty"});
}

Task<> announced_size_is_held(Runtime&, FileSystem& fs, std::filesystem::path) {
  const auto longer = co_await failure_of(write_text(fs, "a", "12345", WriteOptions{.size = 4}));
  CHECK(longer == ErrorCode::conflict);
  const auto shorter = co_await failure_of(write_text(fs, "a", "123", WriteOptions{.size = 4}));
  CHECK(shorter == ErrorCode::conflict);
  const Paths listed = co_await paths_of(fs);
  CHECK(listed.empty());
  co_await write_text(fs, "a", "1234", WriteOptions{.size = 4});
}

Task<> expected_guards_an_overwrite(Runtime&, FileSystem& fs, std::filesystem::path) {
  const FileInfo first = co_await write_text(fs, "a", "one");
  co_await write_text(fs, "a", "two!", WriteOptions{.expected = first});
  const auto stale =
      co_await failure_of(write_text(fs, "a", "three", WriteOptions{.expected = first}));
  CHECK(stale == ErrorCode::conflict);
  const std::string kept = co_await read_text(fs, "a");
  CHECK(kept == "two!");
  const auto now = co_await fs.find(OpContext{}, "a", FindOptions{});
  co_await fs.remove(OpContext{}, {"a"});
  const auto gone = co_await failure_of(write_text(fs, "a", "x", WriteOptions{.expected = now}));
  CHECK(gone == ErrorCode::conflict);
  const Paths listed = co_await paths_of(fs);
  CHECK(listed.empty());
}

Task<> must_not_exist_never_replaces(Runtime&, FileSystem& fs, std::filesystem::path) {
  const WriteOptions fresh{.must_not_exist = true};
  co_await write_text(fs, "a", "one", fresh);
  const auto second = co_await failure_of(write_text(fs, "a", "two", fresh));
  CHECK(second == ErrorCode::conflict);
  const std::string kept = co_await read_text(fs, "a");
  CHECK(kept == "one");
}

Task<> mtime_is_kept_where_it_can_be(Runtime&, FileSystem& fs, std::filesystem::path) {
  const TimePoint mtime(1'600'000'000s + 123'456'789ns);
  const FileInfo info = co_await write_text(fs, "a", "x", WriteOptions{.mtime = mtime});
  const Capabilities can = fs.capabilities();
  if (!can.sets_mtime) {
    // What a walk will not show is not promised.
    const Walked walked = co_await walk_all(fs, "", WalkOptions{});
    REQUIRE(walked.files.size() == 1);
    if (info.mtime) CHECK(info.mtime == walked.files.front().mtime);
    co_return;
  }
  REQUIRE(info.mtime);
  CHECK(std::chrono::abs(*info.mtime - mtime) < can.mtime_precision);
}

Task<> write_for_ever(FileSystem& fs, std::string path) {
  const auto sink = co_await fs.create(OpContext{}, path, WriteOptions{});
  const std::string piece(100'000, 'x');
  for (;;) {
    co_await sink->write(as_bytes(piece));
    co_await sleep_for(1ms);
  }
}

Task<> cancelled_write_leaves_nothing(Runtime& runtime, FileSystem& fs, std::filesystem::path) {
  TaskGroup group(runtime.executor());
  for (const char* const path : {"a", "d/b", "d/c"})
    group.spawn(write_for_ever(fs, path));
  co_await sleep_for(20ms);
  group.cancel();
  co_await failure_of(group.join());
  co_await fs.close(OpContext{});
  const Paths listed = co_await paths_of(fs);
  CHECK(listed.empty());
}

Task<> past_deadline_is_a_timeout(Runtime& runtime, FileSystem& fs, std::filesystem::path) {
  co_await write_text(fs, "a", "x");
  OpContext late;
  late.deadline = runtime.clock().steady() - 1s;
  const auto found = co_await failure_of(fs.find(late, "a", FindOptions{}));
  CHECK(found == ErrorCode::timeout);
  const auto opened = co_await failure_of(fs.open(late, "a", ReadOptions{}));
  CHECK(opened == ErrorCode::timeout);
  const auto walked = co_await failure_of(collect(fs.walk(late, "", WalkOptions{})));
  CHECK(walked == ErrorCode::timeout);
}

Task<> random_operations_follow_a_map(Runtime&, FileSystem& fs, std::filesystem::path) {
  codec::test::RandomInput random("file system contract");
  std::map<std::string, std::string> model;
  const auto some_path = [&] {
    std::string path = random.bytes_of("ab.-", 1 + random.below(2)) + "d";
    if (random.below(2) == 0) path += "/" + random.bytes_of("ab.-", 1 + random.below(2)) + "f";
    return path.ends_with('f') ? path : path + "x";
  };
  for (int step = 0; step < 120; ++step) {
    const std::string path = some_path();
    const std::size_t action = random.below(4);
    if (action <= 1) {
      const std::string text = random.bytes(random.below(20) == 0 ? 400'000 : random.below(50));
      co_await write_text(fs, path, text);
      model[path] = text;
    } else if (action == 2) {
      const RemoveResult result = co_await fs.remove(OpContext{}, {path});
      CHECK(result.failures.empty());
      model.erase(path);
    } else {
      const auto found = co_await fs.find(OpContext{}, path, FindOptions{});
      CHECK(found.has_value() == model.contains(path));
      if (found) CHECK(found->size == model[path].size());
    }
  }
  Paths expected;
  for (const auto& [path, text] : model) {
    expected.push_back(path);
    const std::string read = co_await read_text(fs, path);
    CHECK(read == text);
  }
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == listable(fs, expected));
}

}  // namespace

std::span<const ContractCase> write_contract() {
  static constexpr ContractCase cases[] = {
      {"a file is invisible until commit", invisible_until_commit},
      {"abort leaves nothing", abort_leaves_nothing},
      {"a dropped sink leaves nothing after close", dropped_sink_leaves_nothing},
      {"overwriting replaces all of a file", overwriting_replaces_all},
      {"an overwrite is invisible until commit", overwriting_is_invisible_until_commit},
      {"commit returns what a walk reports", commit_returns_what_a_walk_reports},
      {"empty files exist", empty_files_exist},
      {"a commit takes the last bytes", commit_takes_the_last_bytes},
      {"another size than announced is a conflict", announced_size_is_held},
      {"expected guards an overwrite", expected_guards_an_overwrite},
      {"must_not_exist never replaces", must_not_exist_never_replaces},
      {"mtime is kept where it can be", mtime_is_kept_where_it_can_be},
      {"a cancelled write leaves nothing", cancelled_write_leaves_nothing},
      {"a deadline in the past is a timeout", past_deadline_is_a_timeout},
      {"random operations do what they do to a map", random_operations_follow_a_map},
  };
  return cases;
}

}  // namespace sluice::test
