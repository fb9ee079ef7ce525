#include <doctest/doctest.h>

#include <list>

#include "fs/fs_actions.hpp"
#include "sftp/scripted_channel.hpp"
#include "sftp/server.hpp"
#include "sluice/fs/sftp_fs.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"
#include "support/whole_files.hpp"

// A file system over connections that break at each step. What it promises is looked at, and by the
// sanitizers what it holds of connections that have gone.
namespace sluice::sftp {
namespace {

using test::ScriptedChannel;

/// The lab's server behind each connection; the first one breaks as told.
struct BreakingServer {
  explicit BreakingServer(lab::SftpFault first_fault) : fault(std::move(first_fault)) {}

  std::unique_ptr<Channel> connect(Runtime& runtime) {
    lab::SftpServerOptions options;
    if (servers.empty()) options.faults.push_back(fault);
    lab::SftpServer& server = servers.emplace_back(std::move(options));
    auto channel = std::make_unique<ScriptedChannel>(runtime.executor(), nullptr);
    ScriptedChannel* const raw = channel.get();
    channel->answer_by([&server, raw](Bytes in, std::string& out) {
      server.feed(in, out);
      if (server.cut()) raw->end();
    });
    return channel;
  }

  lab::SftpFault fault;
  std::list<lab::SftpServer> servers;
};

Task<std::unique_ptr<Channel>> connect_to(BreakingServer* server, Runtime* runtime) {
  co_return server->connect(*runtime);
}

std::shared_ptr<Client> make_client(Runtime& runtime, BreakingServer& server) {
  ClientOptions options;
  options.connection.subject = "sftp://lab";
  options.most_connections = 1;
  options.retry.base = std::chrono::milliseconds(1);
  options.connect = [&server, &runtime](OpContext) { return connect_to(&server, &runtime); };
  return std::make_shared<Client>(runtime, std::move(options));
}

using Work = Task<> (*)(FileSystem& files, const std::filesystem::path& root);

Task<> read_large(FileSystem& files, const std::filesystem::path& root) {
  const std::string text = test::read_whole(root / "large");
  const std::string read = co_await test::read_text(files, "large");
  CHECK((read == text));
}

Task<> write_small(FileSystem& files, const std::filesystem::path& root) {
  co_await test::write_text(files, "d/small", "a small text");
  CHECK(test::read_whole(root / "d/small") == "a small text");
}

// What was sent cannot be sent again: it is there whole, or the failure is told.
Task<> write_large(FileSystem& files, const std::filesystem::path& root) {
  const std::string text(1'300'000, 'w');
  const auto failed = co_await test::failure_of(test::write_text(files, "d/large", text));
  if (failed) {
    CHECK(failed == ErrorCode::network);
    CHECK_FALSE(std::filesystem::exists(root / "d/large"));
  } else {
    CHECK((test::read_whole(root / "d/large") == text));
  }
}

Task<> list_and_remove(FileSystem& files, const std::filesystem::path& root) {
  const test::Walked walked = co_await test::walk_all(files, "", WalkOptions{});
  CHECK(walked.paths() == std::vector<std::string>{"large"});
  const RemoveResult result = co_await files.remove(OpContext{}, {"large", "none"});
  CHECK(result.removed == 2);
  CHECK_FALSE(std::filesystem::exists(root / "large"));
}

Task<> run_work(Runtime& runtime, BreakingServer& server, std::filesystem::path root, Work work) {
  const auto client = make_client(runtime, server);
  SftpFsOptions options;
  options.client = client;
  options.root = root;
  const auto files = make_sftp_fs(runtime, std::move(options));
  std::exception_ptr thrown;
  try {
    co_await work(*files, root);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await files->close(OpContext{});
  co_await client->close();
  if (thrown) std::rethrow_exception(thrown);
}

void try_all(Work work, std::initializer_list<const char*> operations) {
  for (const char* const operation : operations) {
    for (const bool after : {false, true}) {
      for (const std::uint64_t skip : {0U, 1U, 4U}) {
        const test::TemporaryDirectory directory;
        test::write_whole(directory.path() / "large", std::string(1'200'000, 'l'));
        lab::SftpFault fault;
        fault.kind = lab::SftpFaultKind::cut;
        fault.operation = operation;
        fault.after = after;
        fault.turns.skip = skip;
        BreakingServer server(fault);
        CAPTURE(operation);
        CAPTURE(after);
        CAPTURE(skip);
        test::run(
            [&](Runtime& runtime) { return run_work(runtime, server, directory.path(), work); });
        for (const auto& entry : std::filesystem::recursive_directory_iterator(directory.path()))
          CHECK_FALSE(entry.path().native().ends_with(".sluice-part"));
      }
    }
  }
}

}  // namespace

TEST_CASE("a download goes on where its connection broke") {
  try_all(read_large, {"open", "fstat", "read", "close"});
}

TEST_CASE("a small upload is made again, a large one is whole or not there") {
  const auto steps = {
      "open", "lstat", "mkdir", "write", "fstat", "close", "posix-rename@openssh.com"};
  try_all(write_small, steps);
  try_all(write_large, steps);
}

TEST_CASE("a listing that has begun fails, one that has not begins again") {
  try_all(list_and_remove, {"opendir", "remove"});
}

}  // namespace sluice::sftp
