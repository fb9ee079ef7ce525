// Writes, counts and reads a backlog: backlog_bench [files] [etags: 0 or 1] [directory]
// Prints one JSON object a phase, then one with the sizes.
#include <sys/resource.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "peak_memory.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/core/random.hpp"
#include "sluice/state/backlog.hpp"
#include "state/backlog_line.hpp"

namespace {

using namespace sluice;

constexpr std::size_t batch_size = 1000;

/// A tree as users have it: dated directories, running numbers, sizes and times that differ.
class MadeUpWalk final : public FileStream {
 public:
  MadeUpWalk(std::uint64_t files, bool etags) : files_(files), etags_(etags), batch_(batch_size) {}

  Task<std::optional<FileBatch>> next() override {
    if (made_ == files_) co_return std::nullopt;
    std::size_t size = 0;
    while (size < batch_size && made_ < files_)
      fill(batch_[size++]);
    co_return FileBatch{.files = std::span(batch_).first(size), .failures = {}};
  }

 private:
  void fill(FileInfo& file) {
    std::array<char, 96> text{};
    const unsigned long long n = made_++;
    std::snprintf(text.data(), text.size(),
                  "exports/2025/%02llu/%02llu/sensor-%03llu/readings-%07llu.csv",
                  1 + n / 90'000 % 12, 1 + n / 3000 % 28, n / 100 % 30, n);
    file.path = text.data();
    file.size = 512 + random_.next() % 60'000;
    file.mtime = TimePoint(std::chrono::seconds(1'740'000'000 + n / 10)) +
                 Duration(random_.next() % 1000 * 1'000'000);
    if (!etags_) return;
    file.etag = random_.hex_id() + random_.hex_id();
  }

  std::uint64_t files_, made_ = 0;
  bool etags_;
  std::vector<FileInfo> batch_;
  SeededRandom random_{7};
};

double seconds_since(SteadyTime begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void report(const char* what, SteadyTime begin, double cpu_before) {
  std::printf("{\"phase\":\"%s\",\"wall\":%.3f,\"cpu\":%.3f,\"rss_mib\":%.1f}\n", what,
              seconds_since(begin), cpu_seconds() - cpu_before,
              static_cast<double>(peak_memory_kib()) / 1024);
}

Task<std::uint64_t> drain(std::unique_ptr<FileStream> stream, std::uint64_t& plain_bytes) {
  std::uint64_t files = 0;
  std::string lines;
  for (;;) {
    const auto batch = co_await stream->next();
    if (!batch) co_return files;
    files += batch->files.size();
    if (plain_bytes == 0) continue;
    lines.clear();
    for (const FileInfo& file : batch->files)
      state::append_backlog_line(lines, file);
    plain_bytes += lines.size();
  }
}

Task<> measure(Runtime& runtime, std::filesystem::path file, std::uint64_t files, bool etags) {
  std::uint64_t no_bytes = 0, plain_bytes = 1;
  SteadyTime begin = std::chrono::steady_clock::now();
  double cpu = cpu_seconds();
  co_await drain(std::make_unique<MadeUpWalk>(files, etags), no_bytes);
  report("walk", begin, cpu);  // what making up the files costs: a part of the next figure
  begin = std::chrono::steady_clock::now(), cpu = cpu_seconds();
  const auto summary =
      co_await write_backlog(runtime, file, std::make_unique<MadeUpWalk>(files, etags));
  report("write", begin, cpu);
  begin = std::chrono::steady_clock::now(), cpu = cpu_seconds();
  const auto counted = co_await count_backlog(runtime, file);
  report("count", begin, cpu);
  begin = std::chrono::steady_clock::now(), cpu = cpu_seconds();
  const auto read = co_await drain(read_backlog(runtime, file), no_bytes);
  report("read", begin, cpu);
  co_await drain(read_backlog(runtime, file), plain_bytes);
  const auto packed = static_cast<double>(std::filesystem::file_size(file));
  std::printf(
      "{\"files\":%llu,\"plain_bytes\":%llu,\"packed_bytes\":%.0f,\"plain_to_packed\":%.2f}\n",
      static_cast<unsigned long long>(read), static_cast<unsigned long long>(plain_bytes), packed,
      static_cast<double>(plain_bytes) / packed);
  if (summary.files != files || counted != files || read != files) std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t files = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const bool etags = argc > 2 && argv[2][0] == '1';
  const std::filesystem::path directory =
      argc > 3 ? argv[3] : std::filesystem::temp_directory_path();
  const auto file = directory / ("sluice-backlog-bench-" + SeededRandom().hex_id() + ".json.gz");
  asio::io_context loop{1};
  Runtime runtime(loop, {});
  std::exception_ptr failure;
  asio::co_spawn(loop, measure(runtime, file, files, etags),
                 [&failure](std::exception_ptr thrown) { failure = thrown; });
  loop.run();
  if (failure) std::rethrow_exception(failure);
  std::filesystem::remove(file);
}
