// Copies a local tree to another place and reports each file: copy FROM TO.
#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <exception>
#include <sluice/sluice.hpp>

namespace {

sluice::Task<> copy(sluice::Runtime& runtime, std::string from, std::string to) {
  const auto source = sluice::make_local_fs(runtime, {.root = from, .journal = nullptr});
  const auto destination = sluice::make_local_fs(runtime, {.root = to, .journal = nullptr});
  sluice::SyncOptions options;
  options.on_action = [](const sluice::SyncAction& action) {
    if (action.kind == sluice::SyncAction::Kind::copy)
      std::printf("copied %s\n", action.path.c_str());
  };
  const sluice::SyncReport report =
      co_await sluice::sync(runtime, runtime.context(), *source, *destination, std::move(options));
  std::printf("%llu copied, %llu unchanged, %llu failed\n",
              static_cast<unsigned long long>(report.progress.done),
              static_cast<unsigned long long>(report.progress.skipped),
              static_cast<unsigned long long>(report.progress.failed));
  co_await source->close(runtime.context());
  co_await destination->close(runtime.context());
  if (report.failures.count() > 0) throw report.failures.list().front().error;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: copy FROM TO\n");
    return 2;
  }
  boost::asio::io_context loop{1};
  sluice::Runtime runtime(loop, {});
  int code = 0;
  boost::asio::co_spawn(loop, copy(runtime, argv[1], argv[2]), [&code](std::exception_ptr failure) {
    if (!failure) return;
    std::fprintf(stderr, "copy: %s\n", sluice::Error::from(failure).what());
    code = 1;
  });
  loop.run();
  return code;
}
