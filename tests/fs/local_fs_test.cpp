#include "sluice/fs/local_fs.hpp"

#include "fs/file_system_contract.hpp"
#include "fs/huge_file.hpp"

using namespace sluice;

TEST_CASE("LocalFs keeps the contract of file systems") {
  const test::TemporaryDirectory root;
  int count = 0;
  test::check_file_system_contract([&](Runtime& runtime) {
    // The root of the first is there, the others are made; contract cases walk before they write.
    const auto path = root.path() / std::to_string(count++);
    std::filesystem::create_directory(path);
    return make_local_fs(runtime, {.root = path, .journal = nullptr});
  });
}

TEST_CASE("files of more than 4 GiB") {
  test::run([](Runtime& runtime) -> Task<> {
    const test::TemporaryDirectory root;
    const auto files = make_local_fs(runtime, {.root = root.path(), .journal = nullptr});
    co_await test::check_huge_file(*files, root.path());
    co_await files->close(OpContext{});
  });
}
