#include "sluice/async/child_stream.hpp"

#include <doctest/doctest.h>

#include <array>

#include "sluice/async/deadline.hpp"
#include "sluice/async/task_group.hpp"
#include "support/run.hpp"

using namespace sluice;
using namespace std::chrono_literals;

namespace {

ChildOptions shell(const char* script) {
  ChildOptions options;
  options.arguments = {"/bin/sh", "-c", script};
  options.output_limit = 100;
  return options;
}

Task<std::string> read_all(ChildStream& child) {
  std::string text;
  std::array<std::byte, 1000> buffer;
  for (;;) {
    const std::size_t count = co_await child.read(buffer);
    if (count == 0) co_return text;
    text += as_text(Bytes(buffer).first(count));
  }
}

Task<> read_until_it_fails(ChildStream& child, std::optional<ErrorCode>* code) {
  std::array<std::byte, 10> buffer;
  try {
    co_await child.read(buffer);
  } catch (const Error& error) {
    *code = error.code();
  }
}

}  // namespace

TEST_CASE("a child is written to and read from at once, and its last words are kept") {
  test::run([](Runtime& runtime) -> Task<> {
    ChildStream child(runtime, shell("echo ready; head -c 5 >/dev/null; echo late >&2; exit 7"));
    std::array<std::byte, 100> buffer;
    const std::size_t count = co_await child.read(buffer);
    CHECK(as_text(Bytes(buffer).first(count)) == "ready\n");
    co_await child.write(as_bytes("12345"));
    const std::string rest = co_await read_all(child);
    CHECK(rest.empty());
    const ChildResult result = co_await child.close(5s);
    CHECK(result.exit_code == 7);
    CHECK(result.standard_error == "late\n");
  });
}

TEST_CASE("more than a pipe holds goes both ways") {
  test::run([](Runtime& runtime) -> Task<> {
    ChildStream child(runtime, shell("cat"));
    const std::string text(3'000'000, 'x');
    TaskGroup group(runtime.executor());
    group.spawn(child.write(as_bytes(text)));
    std::size_t read = 0;
    std::array<std::byte, 65536> buffer;
    while (read < text.size())
      read += co_await child.read(buffer);
    co_await group.join();
    CHECK(read == text.size());
    child.shut();
    const ChildResult result = co_await child.close(5s);
    CHECK(result.exit_code == 0);
  });
}

TEST_CASE("shut() fails what waits; a child that goes on is ended") {
  test::run([](Runtime& runtime) -> Task<> {
    ChildStream child(runtime, shell("trap '' TERM; while :; do sleep 1; done"));
    std::optional<ErrorCode> code;
    TaskGroup group(runtime.executor());
    group.spawn(read_until_it_fails(child, &code));
    co_await sleep_for(50ms);
    child.shut();
    co_await group.join();
    CHECK((code == ErrorCode::network || code == ErrorCode::cancelled));
    const ChildResult result = co_await child.close(100ms);
    CHECK(result.signal == 9);
  });
}
