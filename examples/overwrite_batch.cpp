// An overwrite batch whose step is a coroutine: overwrite_batch DIRECTORY STATE turns every *.txt
// below DIRECTORY into upper case, in place and once. STATE is a directory for the status memory
// and the backlog.
#include <boost/asio/co_spawn.hpp>
#include <cctype>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <sluice/sluice.hpp>

namespace {

void upper_case(const std::filesystem::path& in, const std::filesystem::path& out) {
  std::ifstream source(in, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(source), std::istreambuf_iterator<char>()};
  for (char& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::ofstream(out, std::ios::binary) << text;
}

// Blocking work goes to a lane, so that the loop goes on with the other files.
sluice::Task<> step(sluice::Runtime& runtime, sluice::LocalFile in, sluice::LocalFile out) {
  auto job = [&in, &out] { upper_case(in.path, out.path); };
  co_await sluice::offload(runtime.cpu(), job);
}

sluice::Task<> batch(sluice::Runtime& runtime, std::string directory, std::filesystem::path state) {
  const auto files = sluice::make_local_fs(runtime, {.root = directory, .journal = nullptr});
  const std::shared_ptr<sluice::KeyValueStore> store =
      co_await sluice::open_store(runtime, "sqlite:" + (state / "status.sqlite").string());

  sluice::StatusOptions status;
  status.job = "upper-case";
  status.root = files->describe();
  status.checksum_of = sluice::make_checksum_of(*files, runtime.context());
  sluice::StoredStatusMemory memory(runtime, store, std::move(status));
  sluice::ProcessingWorkflow workflow(runtime, *files, memory);

  sluice::ScanOptions scan;
  scan.walk.include = {"**/*.txt"};
  scan.backlog = state / "backlog.json.gz";
  const auto scanned = co_await workflow.scan_and_filter(runtime.context(), scan);
  const auto work = co_await sluice::open_backlog_work(runtime, scan.backlog);

  sluice::ProcessOptions process;
  process.step = [&runtime](sluice::OpContext, sluice::LocalFile in, sluice::LocalFile out) {
    return step(runtime, std::move(in), std::move(out));
  };
  const auto report = co_await workflow.process_files(runtime.context(), *work, std::move(process));
  std::printf("%llu to process, %llu done, %llu failed\n",
              static_cast<unsigned long long>(scanned.backlog.files),
              static_cast<unsigned long long>(report.progress.done),
              static_cast<unsigned long long>(report.progress.failed));
  co_await store->close();
  co_await files->close(runtime.context());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: overwrite_batch DIRECTORY STATE\n");
    return 2;
  }
  boost::asio::io_context loop{1};
  sluice::Runtime runtime(loop, {});
  int code = 0;
  boost::asio::co_spawn(
      loop, batch(runtime, argv[1], argv[2]), [&code](std::exception_ptr failure) {
        if (!failure) return;
        std::fprintf(stderr, "overwrite_batch: %s\n", sluice::Error::from(failure).what());
        code = 1;
      });
  loop.run();
  return code;
}
