#include <functional>
#include <utility>

#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"
#include "fs/huge_file.hpp"
#include "server.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "sluice/fs/pour.hpp"

namespace sluice::test {

TEST_CASE("WebdavFs keeps the contract of file systems") {
  for_each_contract_case([](const ContractCase& one, const std::filesystem::path& scratch) {
    with_webdav(
        [&](WebdavSession& session) { return one.run(session.runtime, *session.files, scratch); });
  });
}

namespace {

Task<> copy_within(FileSystem& files, std::string from, std::string to) {
  const auto source = co_await files.open(OpContext{}, from, ReadOptions{});
  WriteOptions options;
  options.size = source->info().size;
  const auto sink = co_await files.create(OpContext{}, to, options);
  co_await pour(OpContext{}, *source, *sink, nullptr);
}

Task<> copy_many_within(WebdavSession& session) {
  const std::string text(9'000'000, 'x');
  for (int i = 0; i < 12; ++i)
    co_await write_text(*session.files, "from/" + std::to_string(i), text);
  TaskGroup group(session.runtime.executor());
  for (int i = 0; i < 12; ++i) {
    const std::string name = std::to_string(i);
    group.spawn(copy_within(*session.files, "from/" + name, "to/" + name));
  }
  co_await with_deadline(std::chrono::steady_clock::now() + std::chrono::seconds(60), "the copies",
                         group.join());
  for (int i = 0; i < 12; ++i) {
    const std::string read = co_await read_text(*session.files, "to/" + std::to_string(i));
    CHECK((read == text));
  }
}

}  // namespace

TEST_CASE("files of more than 4 GiB") {
  with_webdav([](WebdavSession& session) {
    const std::string below = session.root.substr(session.server.base.size() + 1);
    return check_huge_file(*session.files, session.server.files / below);
  });
}

namespace {

Task<> look_below_a_file(WebdavSession& session) {
  FileSystem& files = *session.files;
  co_await write_text(files, "file", "x");
  for (const char* const path : {"file/a", "file/a/b"}) {
    const auto found = co_await files.find(OpContext{}, path, {});
    CHECK_FALSE(found);
    const auto opened = co_await failure_of(files.open(OpContext{}, path, {}));
    CHECK(opened == ErrorCode::not_found);
    const RemoveResult removed = co_await files.remove(OpContext{}, {path});
    CHECK(removed.removed == 1);
    const bool directory = co_await files.remove_directory(OpContext{}, path);
    CHECK_FALSE(directory);
    const auto written = co_await failure_of(write_text(files, path, "y"));
    CHECK(written == ErrorCode::conflict);
  }
  const auto walked = co_await failure_of(walk_all(files, "file/a", {}));
  CHECK(walked == ErrorCode::not_found);
  const std::string left = co_await read_text(files, "file");
  CHECK(left == "x");
}

Task<> meddle_with(WebdavSession& session) {
  co_await write_text(*session.files, "a", "theirs");
}

/// Lets somebody else do something just before a MOVE.
class MeddlingHttp final : public net::HttpClient {
 public:
  explicit MeddlingHttp(std::shared_ptr<net::HttpClient> inner) : inner_(std::move(inner)) {}

  Task<net::HttpResponse> send(OpContext context, const net::HttpRequest& request) override {
    if (request.method == "MOVE" && meddle) {
      const auto once = std::exchange(meddle, nullptr);
      co_await once();
    }
    co_return co_await inner_->send(std::move(context), request);
  }
  net::HttpStats stats() const override { return inner_->stats(); }
  Task<void> close() override { return inner_->close(); }

  std::function<Task<>()> meddle;

 private:
  std::shared_ptr<net::HttpClient> inner_;
};

Task<> overwrite(FileSystem& files, std::string text) {
  const auto seen = co_await files.find(OpContext{}, "a", {});
  WriteOptions options;
  options.expected = *seen;
  co_await write_text(files, "a", std::move(text), std::move(options));
}

Task<> overwrite_against_others(FileSystem& files, WebdavSession& session, MeddlingHttp& http) {
  co_await write_text(files, "a", "old");
  co_await overwrite(files, "new");
  const bool guarded = files.capabilities().conditional_write;
  if (session.server.client->server_name().starts_with("Apache")) CHECK(guarded);
  http.meddle = [&session] { return meddle_with(session); };
  const auto failure = co_await failure_of(overwrite(files, "ours"));
  const std::string left = co_await read_text(*session.files, "a");
  if (guarded) CHECK(failure == ErrorCode::conflict);
  CHECK(left == (guarded ? "theirs" : "ours"));
  const std::vector<std::string> listed = co_await paths_of(*session.files);
  CHECK(listed == std::vector<std::string>{"a"});
}

Task<> overwrite_beside_others(WebdavSession& session) {
  const auto http = std::make_shared<MeddlingHttp>(session.server.http);
  WebdavFsOptions options;
  options.client = std::make_shared<webdav::Client>(session.runtime, http, client_options());
  options.root = session.root;
  options.traits = co_await probe_webdav(OpContext{}, options.client, options.root);
  const auto files = make_webdav_fs(session.runtime, std::move(options));
  std::exception_ptr thrown;
  try {
    co_await overwrite_against_others(*files, session, *http);
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await files->close(OpContext{});
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace

TEST_CASE("what is below a file is not there") {
  with_webdav(look_below_a_file);
}

TEST_CASE("a change just before the MOVE is a conflict where the server compares tags") {
  with_webdav(overwrite_beside_others);
}

TEST_CASE("a server's files are copied to itself, with far fewer connections than files") {
  with_webdav(copy_many_within);
}

}  // namespace sluice::test
