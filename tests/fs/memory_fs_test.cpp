#include "sluice/fs/memory_fs.hpp"

#include "fs/file_system_contract.hpp"
#include "fs/fs_actions.hpp"

using namespace sluice;

TEST_CASE("MemoryFs keeps the contract of file systems") {
  test::check_file_system_contract([](Runtime& runtime) {
    return std::make_unique<MemoryFs>(runtime, MemoryFsOptions{.before = nullptr, .batch = 3});
  });
}

TEST_CASE("MemoryFs: an injected failure of commit leaves the old file") {
  test::run([](Runtime& runtime) -> Task<> {
    bool failing = false;
    MemoryFsOptions options;
    options.before = [&failing](std::string_view operation, std::string_view path) {
      if (failing && operation == "commit") {
        throw Error(ErrorCode::no_space, "commit", std::string(path), "injected");
      }
    };
    MemoryFs fs(runtime, options);
    fs.put("a", "old");
    failing = true;
    const auto code = co_await test::failure_of(test::write_text(fs, "a", "new"));
    CHECK(code == ErrorCode::no_space);
    CHECK(fs.text_of("a") == "old");
  });
}
