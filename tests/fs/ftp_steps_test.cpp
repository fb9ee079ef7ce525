#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <initializer_list>

#include "fs/fs_actions.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/ftp_fs.hpp"
#include "support/run.hpp"
#include "support/scripted_ftp.hpp"

// A file system over an FTP server that goes wrong at each of its answers in turn. Which answers
// there are is found out by a run without a fault.
namespace sluice {
namespace {

using test::FtpFault;
using test::ScriptedFtp;

const std::string large(300'000, 'l');

struct Trial {
  FtpFault fault = FtpFault::none;
  std::size_t at = 0;
  std::uint32_t attempts = 1;
};

struct Outcome {
  std::vector<std::string> steps;
  std::optional<Error> failure;
  std::map<std::string, std::string> files;

  /// The answer in whose place something else happened: "STOR 226", "STOR 226 again".
  std::string struck(const Trial& trial) const {
    const auto place = steps.begin() + static_cast<std::ptrdiff_t>(trial.at);
    const bool again = std::find(steps.begin(), place, *place) != place;
    return *place + (again ? " again" : "");
  }
};

std::shared_ptr<ftp::Client> make_client(Runtime& runtime, ScriptedFtp& server,
                                         std::uint32_t attempts) {
  ftp::ClientOptions options;
  options.connection.host = ScriptedFtp::host;
  options.connection.subject = "ftp://script";
  options.most_connections = 2;
  options.retry.max_attempts = attempts;
  options.retry.base = std::chrono::milliseconds(1);
  options.dial = [&server](const net::TlsOptions&) { return server.dialler(); };
  return std::make_shared<ftp::Client>(runtime, std::move(options));
}

/// Each command that the client has.
Task<> converse(FileSystem& files) {
  const auto names = co_await test::paths_of(files, "", WalkOptions{});
  CHECK(names == std::vector<std::string>{"d/old"});
  const auto found = co_await files.find(OpContext{}, "d/old", FindOptions{});
  if (!found) throw Error(ErrorCode::not_found, "find", "d/old", "it is there");
  const std::string text = co_await test::read_text(files, "d/old");
  CHECK(text == "an old text");
  WriteOptions options;
  options.mtime = TimePoint(std::chrono::seconds(1'700'000'000));
  co_await test::write_text(files, "d/small", "a small text", options);
  co_await test::write_text(files, "new/large", large, options);
  co_await files.make_directory(OpContext{}, "d/e");
  const RemoveResult removed = co_await files.remove(OpContext{}, {"d/old"});
  if (!removed.failures.empty()) throw removed.failures.front().error;
}

Task<> open_and_converse(Runtime* runtime, std::shared_ptr<ftp::Client> client,
                         std::unique_ptr<FileSystem>* files, std::optional<Error>* failure) {
  try {
    FtpFsOptions options;
    options.client = client;
    *files = co_await open_ftp_fs(*runtime, OpContext{}, std::move(options));
    co_await converse(**files);
  } catch (...) {
    *failure = error_from(std::current_exception());
  }
}

Task<> run_trial(Runtime& runtime, Trial trial, Outcome& outcome) {
  ScriptedFtp server(runtime.executor());
  server.files = {{"/d/old", "an old text"}};
  server.directories.insert("/d");
  server.fault = trial.fault;
  server.fault_at = trial.at;
  const auto client = make_client(runtime, server, trial.attempts);
  std::unique_ptr<FileSystem> files;
  TaskGroup group(runtime.executor());
  server.on_silence = [&] { asio::post(runtime.executor(), [&] { group.cancel(); }); };
  group.spawn(open_and_converse(&runtime, client, &files, &outcome.failure));
  co_await group.join();
  if (files) co_await files->close(OpContext{});
  co_await client->close();
  co_await runtime.close();  // a listing that nobody waits for any more
  CHECK(client->open_connections() == 0);
  CHECK(server.held() == 0);
  outcome.steps = server.steps();
  outcome.files = server.files;
}

/// Ends in time, or fails; whatever happened, nothing is left open, or half-written.
Outcome outcome_of(Trial trial) {
  Outcome outcome;
  test::run([&](Runtime& runtime) {
    const SteadyTime until = runtime.clock().steady() + std::chrono::seconds(20);
    return with_deadline(until, "a trial", run_trial(runtime, trial, outcome));
  });
  for (const auto& [path, content] : outcome.files)
    CHECK_FALSE(path.ends_with(".sluice-part"));
  if (outcome.files.contains("/d/small")) CHECK(outcome.files["/d/small"] == "a small text");
  if (outcome.files.contains("/new/large")) CHECK((outcome.files["/new/large"] == large));
  if (outcome.failure) CHECK(outcome.failure->code() != ErrorCode::internal);
  return outcome;
}

using Steps = std::initializer_list<std::string_view>;

bool is_one_of(const std::string& step, Steps steps) {
  return std::ranges::find(steps, step) != steps.end();
}

/// `check(step, outcome)` for each step at which the fault comes.
template <class Check>
void at_each_step(FtpFault fault, std::uint32_t attempts, Check check) {
  const std::size_t count = outcome_of({}).steps.size();
  REQUIRE(count > 30);
  for (std::size_t at = 0; at < count; ++at) {
    const Trial trial{.fault = fault, .at = at, .attempts = attempts};
    const Outcome outcome = outcome_of(trial);
    REQUIRE(outcome.steps.size() > at);
    const std::string step = outcome.struck(trial);
    const std::string failure = outcome.failure ? outcome.failure->what() : "no failure";
    CAPTURE(at);
    CAPTURE(step);
    CAPTURE(failure);
    check(step, outcome);
  }
}

/// `borne`: steps in whose place the fault does no harm.
void fails_at_each_step_but(FtpFault fault, Steps borne) {
  at_each_step(fault, 1, [&](const std::string& step, const Outcome& outcome) {
    CHECK(outcome.failure.has_value() != is_one_of(step, borne));
  });
}

}  // namespace

TEST_CASE("a conversation with an FTP server uses all commands") {
  const Outcome outcome = outcome_of({});
  REQUIRE_FALSE(outcome.failure);
  CHECK(outcome.files.size() == 2);
  for (const char* const step :
       {"greeting 220", "USER 331", "PASS 230", "FEAT 211", "PWD 257",  "OPTS 200",
        "TYPE 200",     "EPSV 229", "MLSD 150", "MLSD 226", "MLST 250", "RETR 150",
        "RETR 226",     "STOR 553", "MKD 257",  "STOR 150", "STOR 226", "MFMT 213",
        "RNFR 350",     "RNTO 250", "DELE 250", "QUIT 221"})
    CHECK_MESSAGE(std::ranges::count(outcome.steps, step) > 0, step);
}

TEST_CASE(
    "a control connection that ends, or that 421 ends, at any step is an error, or makes no "
    "difference") {
  // The bytes have all come; those that cannot be sent again are looked at on another connection.
  const Steps borne = {"RETR 226", "STOR 226 again", "QUIT 221"};
  fails_at_each_step_but(FtpFault::close, borne);
  fails_at_each_step_but(FtpFault::closing, borne);
}

TEST_CASE("a refusal at any step is an error, but of what is done without") {
  // EPSV: there is PASV. STOR: the directory may be missing, and is made. MKD and DELE were carried
  // out all the same, which shows.
  const Steps borne = {"FEAT 211", "PWD 257",       "OPTS 200", "EPSV 229", "EPSV 229 again",
                       "STOR 150", "STOR 226",      "STOR 553", "MFMT 213", "MFMT 213 again",
                       "MKD 257",  "MKD 257 again", "DELE 250", "QUIT 221"};
  fails_at_each_step_but(FtpFault::refusal, borne);
}

TEST_CASE("what is no reply is an error at any step") {
  fails_at_each_step_but(FtpFault::garbage, {"QUIT 221"});
}

TEST_CASE("an operation is cancelled at any step") {
  at_each_step(FtpFault::silence, 1, [](const std::string& step, const Outcome& outcome) {
    const bool at_the_farewell = step.starts_with("QUIT");
    REQUIRE(outcome.failure.has_value() != at_the_farewell);
    if (outcome.failure) CHECK(outcome.failure->code() == ErrorCode::cancelled);
  });
}

TEST_CASE("a connection that breaks once is made up for, but within a listing") {
  for (const FtpFault fault : {FtpFault::close, FtpFault::closing}) {
    at_each_step(fault, 3, [](const std::string& step, const Outcome& outcome) {
      if (step == "MLSD 226") return;
      CHECK_FALSE(outcome.failure);
      CHECK(outcome.files.size() == 2);
    });
  }
}

}  // namespace sluice
