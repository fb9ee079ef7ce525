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

TEST_CASE("a server's files are copied to itself, with far fewer connections than files") {
  with_webdav(copy_many_within);
}

}  // namespace sluice::test
