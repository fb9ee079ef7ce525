#include <cstdlib>

#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"
#include "sluice/async/concurrency.hpp"
#include "sluice/async/deadline.hpp"
#include "support/whole_files.hpp"

/// Long names, full directories, and operations that are cancelled wherever they stand.
namespace sluice::test {
namespace {

using Paths = std::vector<std::string>;

constexpr std::size_t all_files = 10'000;
std::size_t most_files = all_files;

Task<> longest_names_round_trip(Runtime&, FileSystem& fs, std::filesystem::path) {
  constexpr std::size_t longest = 255;  // bytes: NAME_MAX of Linux
  std::string wide;
  while (wide.size() < longest)
    wide += "\xE4\xB8\x96";
  const Paths names = {std::string(longest, 'n'), wide, "d/" + std::string(longest, 'm')};
  for (const std::string& name : names) {
    co_await write_text(fs, name, "first");
    co_await write_text(fs, name, "of " + name);
    const std::string text = co_await read_text(fs, name);
    CHECK(text == "of " + name);
  }
  Paths expected = names;
  std::ranges::sort(expected);
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == expected);
}

std::size_t files_of_full_directory() {
  const char* const told = std::getenv("SLUICE_CONTRACT_FILES");
  return std::min(most_files, told ? std::stoul(told) : all_files);
}

Task<> write_one_byte(FileSystem& fs, std::string path) {
  co_await write_text(fs, std::move(path), "x");
}

Task<> a_full_directory_is_listed(Runtime&, FileSystem& fs, std::filesystem::path) {
  Paths expected;
  const std::size_t count = files_of_full_directory();
  for (std::size_t number = 0; number < count; ++number)
    expected.push_back("full/" + std::to_string(number) + ".txt");
  const auto write = [&fs](const std::string& path) { return write_one_byte(fs, path); };
  co_await for_each_of(64, expected, write);
  std::ranges::sort(expected);
  const Paths listed = co_await paths_of(fs);
  CHECK((listed == expected));
  const Paths rest =
      co_await paths_of(fs, "", WalkOptions{.start_after = expected[expected.size() / 2]});
  CHECK(rest.size() == expected.size() - expected.size() / 2 - 1);
  const RemoveResult result = co_await fs.remove(OpContext{}, expected);
  CHECK(result.failures.empty());
  CHECK(result.removed == expected.size());
  const Paths left = co_await paths_of(fs);
  CHECK(left.empty());
}

// --- cancellation -------------------------------------------------------------------------------

const std::string& small_text() {
  static const std::string text = "a few bytes";
  return text;
}

const std::string& large_text() {
  static const std::string text(600'000, 'x');
  return text;
}

struct Operation {
  const char* name;
  Task<> (*run)(FileSystem& fs, std::filesystem::path scratch);
};

Task<> find_one(FileSystem& fs, std::filesystem::path) {
  const auto found = co_await fs.find(OpContext{}, "kept/large", FindOptions{.extras = true});
  CHECK(found);
}

Task<> read_one(FileSystem& fs, std::filesystem::path) {
  const std::string text = co_await read_text(fs, "kept/large");
  CHECK((text == large_text()));
}

Task<> read_a_range(FileSystem& fs, std::filesystem::path) {
  const std::string text =
      co_await read_text(fs, "kept/large", ReadOptions{.offset = 100, .length = 1000});
  CHECK(text.size() == 1000);
}

Task<> walk_it(FileSystem& fs, std::filesystem::path) {
  const Walked walked = co_await walk_all(fs, "kept", WalkOptions{.extras = true});
  CHECK(walked.files.size() == 3);
}

Task<> write_small(FileSystem& fs, std::filesystem::path) {
  co_await write_text(fs, "w/new/small", small_text());
}

Task<> write_large(FileSystem& fs, std::filesystem::path) {
  co_await write_text(fs, "w/large", large_text());
}

Task<> replace_one(FileSystem& fs, std::filesystem::path) {
  const auto now = co_await fs.find(OpContext{}, "w/replaced", FindOptions{.extras = true});
  WriteOptions options{.size = large_text().size(), .expected = now};
  if (now) options.extras = now->extras;
  co_await write_text(fs, "w/replaced", large_text(), std::move(options));
}

Task<> remove_one(FileSystem& fs, std::filesystem::path) {
  co_await write_text(fs, "w/passing", small_text());
  co_await fs.remove(OpContext{}, {"w/passing"});
}

Task<> make_and_remove_a_directory(FileSystem& fs, std::filesystem::path) {
  co_await fs.make_directory(OpContext{}, "w/empty/below");
  co_await fs.remove_directory(OpContext{}, "w/empty/below");
}

Task<> download_one(FileSystem& fs, std::filesystem::path scratch) {
  co_await fs.download(OpContext{}, "kept/large", scratch / "downloaded", ReadOptions{});
}

Task<> upload_one(FileSystem& fs, std::filesystem::path scratch) {
  co_await fs.upload(OpContext{}, scratch / "to upload", "w/uploaded", WriteOptions{});
}

constexpr Operation operations[] = {
    {"find", find_one},         {"read", read_one},     {"read a range", read_a_range},
    {"walk", walk_it},          {"write", write_small}, {"write much", write_large},
    {"replace", replace_one},   {"remove", remove_one}, {"directory", make_and_remove_a_directory},
    {"download", download_one}, {"upload", upload_one},
};

/// Lets the loop go round `turns` times: the first steps of an operation, which take no time.
Task<> go_round(std::size_t turns) {
  const auto loop = co_await asio::this_coro::executor;
  for (std::size_t turn = 0; turn < turns; ++turn)
    co_await asio::post(loop, use_task);
}

/// Cancels the operation after some turns of the loop, or some time; it ends by itself or as
/// cancelled, and soon.
Task<> cancelled_after(Runtime& runtime, Task<> operation, std::size_t turns, Duration time) {
  TaskGroup group(runtime.executor());
  group.spawn(std::move(operation));
  co_await go_round(turns);
  if (time > Duration(0)) co_await sleep_for(time);
  group.cancel();
  const auto ended = co_await failure_of(
      with_deadline(runtime.clock().steady() + std::chrono::seconds(10), "end", group.join()));
  CHECK((!ended || *ended == ErrorCode::cancelled));
}

Task<> cancel_at_every_step(Runtime& runtime, FileSystem& fs, const Operation& operation,
                            std::filesystem::path scratch) {
  constexpr std::size_t first_turns = 16, moments = 32;
  const SteadyTime begin = runtime.clock().steady();
  co_await operation.run(fs, scratch);
  const Duration whole = runtime.clock().steady() - begin;
  for (std::size_t turns = 0; turns < first_turns; ++turns)
    co_await cancelled_after(runtime, operation.run(fs, scratch), turns, Duration(0));
  for (std::size_t moment = 1; moment <= moments; ++moment)
    co_await cancelled_after(runtime, operation.run(fs, scratch), 0, whole * moment / moments);
}

/// A directory that can be removed hides nothing either.
Task<> check_nothing_is_hidden(FileSystem& fs, Paths paths) {
  const RemoveResult result = co_await fs.remove(OpContext{}, std::move(paths));
  CHECK(result.failures.empty());
  const Capabilities can = fs.capabilities();
  if (!can.directories || !can.lists_dot_names) co_return;
  for (const char* const directory : {"w/empty/below", "w/empty", "w/new"})
    co_await fs.remove_directory(OpContext{}, directory);
  const bool removed = co_await fs.remove_directory(OpContext{}, "w");
  CHECK(removed);
}

Task<> cancelled_anywhere(Runtime& runtime, FileSystem& fs, std::filesystem::path scratch) {
  for (const char* const path : {"kept/a", "kept/d/b"})
    co_await write_text(fs, path, small_text());
  co_await write_text(fs, "kept/large", large_text());
  write_whole(scratch / "to upload", large_text());
  for (const Operation& operation : operations) {
    CAPTURE(operation.name);
    co_await cancel_at_every_step(runtime, fs, operation, scratch);
  }
  co_await fs.close(OpContext{});
  const Paths listed = co_await paths_of(fs, "w", WalkOptions{});
  for (const std::string& path : listed) {
    const std::string text = co_await read_text(fs, path);
    const bool is_small = path == "w/new/small" || path == "w/passing";
    CHECK_MESSAGE((text == (is_small ? small_text() : large_text())), path);
  }
  const Paths kept = co_await paths_of(fs, "kept", WalkOptions{});
  CHECK(kept == Paths{"kept/a", "kept/d/b", "kept/large"});
  std::vector<std::string> local;
  for (const auto& entry : std::filesystem::directory_iterator(scratch))
    local.push_back(entry.path().filename().string());
  std::ranges::sort(local);
  CHECK(local == Paths{"downloaded", "to upload"});
  co_await check_nothing_is_hidden(fs, listed);
}

}  // namespace

FewerFiles::FewerFiles(std::size_t most) {
  most_files = most;
}

FewerFiles::~FewerFiles() {
  most_files = all_files;
}

std::span<const ContractCase> extremes_contract() {
  static constexpr ContractCase cases[] = {
      {"names of 255 bytes round trip", longest_names_round_trip},
      {"a full directory is listed", a_full_directory_is_listed},
      {"operations that are cancelled anywhere leave nothing half done", cancelled_anywhere},
  };
  return cases;
}

}  // namespace sluice::test
