#include "codec/random_input.hpp"
#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"
#include "support/whole_files.hpp"

namespace sluice::test {
namespace {

using Paths = std::vector<std::string>;

Task<> large_files_round_trip(Runtime&, FileSystem& fs, std::filesystem::path) {
  codec::test::RandomInput random("large files");
  const std::string text = random.bytes(3'000'017);
  for (const bool size_known : {false, true}) {
    WriteOptions options;
    if (size_known) options.size = text.size();
    const auto sink = co_await fs.create(OpContext{}, "big", options);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t count = std::min(1 + random.below(400'000), text.size() - at);
      co_await sink->write(as_bytes(std::string_view(text).substr(at, count)));
      at += count;
    }
    const FileInfo info = co_await sink->commit();
    CHECK(info.size == text.size());
    const std::string read = co_await read_text(fs, "big");
    CHECK((read == text));
  }
}

Task<> names_round_trip(FileSystem& fs, Paths names) {
  for (const std::string& name : names)
    co_await write_text(fs, name, "content of " + name);
  Paths expected = names;
  std::ranges::sort(expected);
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == listable(fs, expected));
  for (const std::string& name : names) {
    const std::string text = co_await read_text(fs, name);
    CHECK(text == "content of " + name);
  }
}

Task<> nasty_names_round_trip(Runtime&, FileSystem& fs, std::filesystem::path) {
  const bool any_name = fs.capabilities().any_name;
  if (!any_name) {
    const auto refused = co_await failure_of(write_text(fs, "trailing ", "x"));
    CHECK(refused == ErrorCode::invalid_input);
  }
  Paths names = {any_name ? " leading and trailing " : " leading",
                 "\"quoted\" 'too'",
                 "#%&+;=?@[]{}|~$!*()",
                 "%2F%00",
                 ".hidden",
                 "<xml>&amp;",
                 "hello? sausage/\xC3\xAA\xC3\xA9/Hello, \xE4\xB8\x96\xE7\x95\x8C/ \" ' @ < > & ? "
                 "+ \xE2\x89\xA0/z.txt",
                 "\xC3\xAA\xC3\xA9/\xE4\xB8\x96\xE7\x95\x8C \xE2\x89\xA0/z.txt",
                 std::string(200, 'n')};
  // Some servers take none for a part of a name.
  const auto refused = co_await failure_of(write_text(fs, "\\probe", "x"));
  if (!any_name && refused) {
    CHECK(refused == ErrorCode::permission_denied);
  } else {
    co_await fs.remove(OpContext{}, {"\\probe"});
    names.emplace_back("\\back\\slash");
  }
  co_await names_round_trip(fs, std::move(names));
}

Task<> control_characters_round_trip(Runtime&, FileSystem& fs, std::filesystem::path) {
  Paths names = {"bell\x07", "escape\x1B[1m", "line\nbreak", "tab\there"};
  if (fs.capabilities().any_name) co_return co_await names_round_trip(fs, std::move(names));
  for (const std::string& name : names) {
    const auto refused = co_await failure_of(write_text(fs, name, "x"));
    CHECK(refused == ErrorCode::invalid_input);
  }
}

Task<> ranges_are_served(Runtime&, FileSystem& fs, std::filesystem::path) {
  std::string text(700'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>('a' + i % 23);
  co_await write_text(fs, "a", text);
  struct Range {
    std::uint64_t offset;
    std::optional<std::uint64_t> length;
  };
  for (const Range range : {Range{0, 1}, Range{5, 10}, Range{699'999, 1}, Range{600'000, 999'999},
                            Range{1, std::nullopt}, Range{100'000, 500'000}}) {
    const ReadOptions options{.offset = range.offset, .length = range.length};
    const std::string read = co_await read_text(fs, "a", options);
    CHECK((read == text.substr(range.offset, range.length.value_or(text.size()))));
  }
  const auto source = co_await fs.open(OpContext{}, "a", ReadOptions{.offset = 10, .length = 5});
  CHECK(source->info().size == text.size());
  CHECK(source->info().path == "a");
}

Task<> absence_is_a_value_or_not_found(Runtime&, FileSystem& fs, std::filesystem::path scratch) {
  const auto found = co_await fs.find(OpContext{}, "no/such", FindOptions{});
  CHECK_FALSE(found);
  const auto opened = co_await failure_of(fs.open(OpContext{}, "no/such", ReadOptions{}));
  CHECK(opened == ErrorCode::not_found);
  const std::filesystem::path local = scratch / "out";
  const auto downloaded =
      co_await failure_of(fs.download(OpContext{}, "no/such", local, ReadOptions{}));
  CHECK(downloaded == ErrorCode::not_found);
  CHECK(std::filesystem::is_empty(scratch));
}

Task<> if_match_pins_a_version(Runtime&, FileSystem& fs, std::filesystem::path) {
  const FileInfo first = co_await write_text(fs, "a", "one");
  const auto wrong =
      co_await failure_of(fs.open(OpContext{}, "a", ReadOptions{.if_match = "no-such-tag"}));
  CHECK(wrong == ErrorCode::conflict);
  if (first.etag.empty()) co_return;  // a file system without tags has only wrong ones
  const std::string text = co_await read_text(fs, "a", ReadOptions{.if_match = first.etag});
  CHECK(text == "one");
  co_await write_text(fs, "a", "two");
  const auto stale =
      co_await failure_of(fs.open(OpContext{}, "a", ReadOptions{.if_match = first.etag}));
  CHECK(stale == ErrorCode::conflict);
}

Task<> remove_counts_what_is_gone(Runtime&, FileSystem& fs, std::filesystem::path) {
  for (const char* const path : {"a", "d/b", "d/c", "e"})
    co_await write_text(fs, path, "x");
  const RemoveResult result = co_await fs.remove(OpContext{}, {"a", "d/c", "d/none", "no/x"});
  CHECK(result.removed == 4);
  CHECK(result.failures.empty());
  const Paths left = co_await paths_of(fs);
  CHECK(left == Paths{"d/b", "e"});
  const RemoveResult nothing = co_await fs.remove(OpContext{}, {});
  CHECK(nothing.removed == 0);
}

Task<> copy_makes_an_equal_file(Runtime&, FileSystem& fs, std::filesystem::path) {
  const std::string text(1'000'000, 'c');
  const FileInfo from = co_await write_text(fs, "a", text);
  if (!fs.capabilities().server_side_copy) {
    const auto refused = co_await failure_of(fs.copy(OpContext{}, from, "b", WriteOptions{}));
    CHECK(refused == ErrorCode::unsupported);
    co_return;
  }
  const FileInfo copied = co_await fs.copy(OpContext{}, from, "deep/b", WriteOptions{});
  CHECK(copied.path == "deep/b");
  CHECK(copied.size == text.size());
  const std::string read = co_await read_text(fs, "deep/b");
  CHECK((read == text));
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == Paths{"a", "deep/b"});
}

Task<> copy_refuses_another_version(Runtime&, FileSystem& fs, std::filesystem::path) {
  if (!fs.capabilities().server_side_copy) co_return;  // the case above has seen it refused
  const FileInfo from = co_await write_text(fs, "a", "original");
  co_await write_text(fs, "a", "changed");
  const auto stale = co_await failure_of(fs.copy(OpContext{}, from, "c", WriteOptions{}));
  CHECK(stale == ErrorCode::conflict);
  const Paths listed = co_await paths_of(fs);
  CHECK(listed == Paths{"a"});
}

Task<> download_replaces_a_local_file(Runtime&, FileSystem& fs, std::filesystem::path scratch) {
  const std::string text(900'000, 'd');
  const FileInfo written = co_await write_text(fs, "a/b", text);
  const std::filesystem::path local = scratch / "in";
  write_whole(local, "old");
  const FileInfo info = co_await fs.download(OpContext{}, "a/b", local, ReadOptions{});
  CHECK(info.path == "a/b");
  CHECK(info.size == text.size());
  CHECK(info.etag == written.etag);
  CHECK((read_whole(local) == text));
  const auto entries = std::filesystem::directory_iterator(scratch);
  CHECK(std::distance(begin(entries), end(entries)) == 1);
}

Task<> upload_returns_the_file_afterwards(Runtime&, FileSystem& fs, std::filesystem::path scratch) {
  for (const std::size_t size : {0UL, 100UL, 1'200'000UL}) {
    const std::string text(size, 'u');
    const std::filesystem::path local = scratch / "out";
    write_whole(local, text);
    const FileInfo info = co_await fs.upload(OpContext{}, local, "x/y", WriteOptions{});
    const Walked walked = co_await walk_all(fs, "", WalkOptions{});
    REQUIRE(walked.files.size() == 1);
    CHECK(walked.files.front().path == info.path);
    CHECK(walked.files.front().size == info.size);
    CHECK(walked.files.front().etag == info.etag);
    const std::string read = co_await read_text(fs, "x/y");
    CHECK((read == text));
    CHECK(std::filesystem::exists(local));
  }
}

Task<> upload_honours_expected(Runtime&, FileSystem& fs, std::filesystem::path scratch) {
  const FileInfo seen = co_await write_text(fs, "a", "one");
  co_await write_text(fs, "a", "somebody else's");
  const std::filesystem::path local = scratch / "out";
  write_whole(local, "ours");
  const auto refused =
      co_await failure_of(fs.upload(OpContext{}, local, "a", WriteOptions{.expected = seen}));
  CHECK(refused == ErrorCode::conflict);
  const std::string kept = co_await read_text(fs, "a");
  CHECK(kept == "somebody else's");
}

}  // namespace

std::span<const ContractCase> transfer_contract() {
  static constexpr ContractCase cases[] = {
      {"large files round trip", large_files_round_trip},
      {"nasty names round trip", nasty_names_round_trip},
      {"control characters in names round trip", control_characters_round_trip},
      {"ranges are served", ranges_are_served},
      {"absence is a value of find and not_found of open", absence_is_a_value_or_not_found},
      {"if_match pins a version", if_match_pins_a_version},
      {"remove counts what is gone", remove_counts_what_is_gone},
      {"copy makes an equal file", copy_makes_an_equal_file},
      {"copy refuses another version than it was given", copy_refuses_another_version},
      {"download replaces a local file", download_replaces_a_local_file},
      {"upload returns the file as it is afterwards", upload_returns_the_file_afterwards},
      {"upload honours expected", upload_honours_expected},
  };
  return cases;
}

}  // namespace sluice::test
