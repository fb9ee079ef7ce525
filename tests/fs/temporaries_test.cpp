#include "sluice/fs/temporaries.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "fs/fs_actions.hpp"
#include "fs/journal_lines.hpp"
#include "fs/server_temporaries.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/fs/local_fs.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

namespace {

std::size_t temporaries_in(const std::filesystem::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (is_temporary_name(entry.path().filename().native())) ++count;
  }
  return count;
}

/// A process that holds unfinished files in two directories until it is killed.
Task<> write_and_hang(Runtime& runtime, std::filesystem::path base, int ready) {
  const LocalFsOptions options{.root = base / "root",
                               .journal = make_temporary_journal(runtime, base / "journal")};
  const auto fs = make_local_fs(runtime, options);
  const std::string large(400'000, 'x');
  const auto first = co_await fs->create(OpContext{}, "a/one", WriteOptions{});
  co_await first->write(as_bytes(large));
  const auto second = co_await fs->create(OpContext{}, "\xFF/two", WriteOptions{});
  co_await second->write(as_bytes(large));
  if (::write(ready, "x", 1) != 1) ::_exit(1);
  for (;;)
    ::pause();
}

void kill_a_writer(const std::filesystem::path& base) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    test::run([&](Runtime& runtime) { return write_and_hang(runtime, base, ends[1]); });
    ::_exit(1);
  }
  char byte = 0;
  REQUIRE(::read(ends[0], &byte, 1) == 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(ends[0]);
  ::close(ends[1]);
}

Task<> sweep_expecting(Runtime& runtime, std::filesystem::path base, std::uint64_t expected) {
  auto journal = make_temporary_journal(runtime, base / "journal");
  const SweepResult swept = co_await sweep_local(runtime, OpContext{}, std::move(journal));
  CHECK(swept.removed == expected);
  CHECK(swept.failures.empty());
}

Task<> hold_while_another_sweeps(Runtime& runtime, std::filesystem::path base) {
  auto journal = make_temporary_journal(runtime, base / "journal");
  const LocalFsOptions options{.root = base / "root", .journal = journal};
  const auto fs = make_local_fs(runtime, options);
  auto sink = co_await fs->create(OpContext{}, "a", WriteOptions{});
  const std::string large(400'000, 'x');
  co_await sink->write(as_bytes(large));
  CHECK(temporaries_in(base / "root") == 1);
  auto other = make_temporary_journal(runtime, base / "journal");
  const SweepResult swept = co_await sweep_local(runtime, OpContext{}, std::move(other));
  CHECK(swept.removed == 0);
  CHECK(temporaries_in(base / "root") == 1);
  co_await sink->commit();
  sink.reset();
  co_await fs->close(OpContext{});
}

Task<> record_and_forget(Runtime& runtime, std::filesystem::path directory) {
  const auto journal = make_temporary_journal(runtime, directory);
  const Temporary upload{"multipart", "s3://b/k?uploadId=1"};
  co_await journal->record(upload);
  CHECK_FALSE(std::filesystem::is_empty(directory));
  journal->forget(upload);
  co_await journal->orphans();  // behind the forgetting in the lane
}

/// What a process that is gone has left.
void leave_journal(const std::filesystem::path& directory, std::span<const Temporary> left) {
  std::filesystem::create_directories(directory);
  ProcessIdentity gone = this_process();
  gone.start_ticks += 1;
  std::ofstream file(directory / "left.journal");
  file << owner_line(gone);
  for (const Temporary& temporary : left)
    file << entry_line(JournalEntry::recorded, temporary);
  file << "{\"op\":\"rec";  // torn by the end
}

/// Forgets the orphans of one kind, as each sweep does.
Task<> sweep_kind(Runtime& runtime, std::filesystem::path directory, std::string kind,
                  std::size_t expected) {
  const auto journal = make_temporary_journal(runtime, directory);
  const std::vector<Temporary> orphans = co_await journal->orphans();
  CHECK(orphans.size() == expected);
  for (const Temporary& orphan : orphans) {
    if (orphan.kind == kind) journal->forget(orphan);
  }
  co_await journal->orphans();  // behind the forgetting in the lane
}

}  // namespace

TEST_CASE("A dead journal goes away when sweeps of several kinds have each forgotten theirs") {
  const test::TemporaryDirectory dir;
  const std::vector<Temporary> left = {
      {"file", "/x/y"}, {"tree", "/x/z"}, {"multipart", "s3://b/k?uploadId=1"}};
  leave_journal(dir.path(), left);
  std::size_t expected = left.size();
  for (const char* kind : {"file", "tree", "multipart"}) {
    test::run([&](Runtime& runtime) { return sweep_kind(runtime, dir.path(), kind, expected); });
    --expected;
  }
  CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("Temporaries of a killed process are swept at the next start, strangers' never") {
  const test::TemporaryDirectory dir;
  kill_a_writer(dir.path());
  const auto stranger = dir.path() / "root/a" / temporary_name_for("one", "fedcba9876543210");
  std::ofstream(stranger) << "not ours";
  REQUIRE(temporaries_in(dir.path() / "root") == 3);
  for (const std::uint64_t expected : {2U, 0U}) {
    test::run([&](Runtime& runtime) { return sweep_expecting(runtime, dir.path(), expected); });
  }
  CHECK(temporaries_in(dir.path() / "root") == 1);
  CHECK(std::filesystem::exists(stranger));
  CHECK(std::filesystem::is_empty(dir.path() / "journal"));
}

TEST_CASE("What a living process holds is no orphan, and a good end leaves no journal") {
  const test::TemporaryDirectory dir;
  test::run([&](Runtime& runtime) { return hold_while_another_sweeps(runtime, dir.path()); });
  CHECK(std::filesystem::is_empty(dir.path() / "journal"));
}

TEST_CASE("A recorded temporary is forgotten by the journal that is asked to") {
  const test::TemporaryDirectory dir;
  test::run([&](Runtime& runtime) { return record_and_forget(runtime, dir.path()); });
  CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("A file that waits for another to take its name is seen, and never swept") {
  const std::string hidden = "d/" + temporary_name_for("a.b", "0123456789abcdef");
  const std::string plain = temporary_name_for("a.b", "0123456789abcdef", TemporaryForm::plain);
  CHECK(name_aside(hidden) == "d/a.b.0123456789abcdef.sluice-old");
  CHECK(name_aside(plain) == "a.b.0123456789abcdef.sluice-old");
  CHECK_FALSE(is_temporary_name("a.b.0123456789abcdef.sluice-old"));
}

TEST_CASE("Journal lines: round trip, bad lines are numbered, a torn last line is passed over") {
  const ProcessIdentity owner{
      .host = "h", .boot_id = "b", .pid_namespace = "n", .pid = 7, .start_ticks = 9};
  const Temporary plain{"file", "/x/\"y\"\n"}, raw{"directory", "0123456789 /\xFF/\xC3"};
  const std::string text = owner_line(owner) + entry_line(JournalEntry::recorded, plain) +
                           "garbage\n" + entry_line(JournalEntry::recorded, raw) +
                           "{\"op\":\"dance\",\"kind\":\"file\",\"subject\":\"/z\"}\n" +
                           entry_line(JournalEntry::forgotten, plain) + "{\"op\":\"rec";
  const JournalContents contents = parse_journal(text);
  CHECK(contents.owner == owner);
  CHECK(contents.live == std::set<Temporary>{raw});
  CHECK(contents.bad_lines == std::vector<std::size_t>{3, 5});
  CHECK_FALSE(parse_journal("what?\n").owner);
}

TEST_CASE("Journal lines: an operation that is not known forgets nothing") {
  const Temporary made{"file", "/x"};
  const std::string text = owner_line(ProcessIdentity()) +
                           entry_line(JournalEntry::recorded, made) +
                           "{\"op\":\"rename\",\"kind\":\"file\",\"subject\":\"/x\"}\n";
  const JournalContents contents = parse_journal(text);
  CHECK(contents.live == std::set<Temporary>{made});
  CHECK(contents.bad_lines == std::vector<std::size_t>{3});
}

TEST_CASE("A process is gone only if that is certain") {
  const ProcessIdentity self = this_process();
  CHECK_FALSE(is_gone(self, self));
  ProcessIdentity other = self;
  other.start_ticks += 1;
  CHECK(is_gone(other, self));  // the number was given to somebody else
  other = self;
  other.boot_id = "another start";
  CHECK(is_gone(other, self));
  other.host = "elsewhere";
  CHECK_FALSE(is_gone(other, self));
  other = self;
  other.pid_namespace = "pid:[1]";
  other.start_ticks = 0;
  CHECK_FALSE(is_gone(other, self));
}
