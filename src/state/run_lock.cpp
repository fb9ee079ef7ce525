#include "sluice/state/run_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice {
namespace {

constexpr std::size_t name_digits = 32;

class FileLock final : public RunLock {
 public:
  explicit FileLock(int file) : file_(file) {}
  ~FileLock() override { ::close(file_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

std::filesystem::path lock_file(const std::filesystem::path& directory, const std::string& job,
                                const std::string& root) {
  const auto digest = codec::sha256(as_bytes(job + "\n" + root));
  return directory / ("run-" + codec::to_hex(digest).substr(0, name_digits) + ".lock");
}

// A killed run's lock may be held for a moment by a child that it was just about to start.
constexpr auto patience = std::chrono::seconds(1);
constexpr auto between_tries = std::chrono::milliseconds(50);

// Blocking; null while another one has it. The file stays: who removed it could let a third run in
// beside the second.
std::unique_ptr<RunLock> lock_now(const std::filesystem::path& file) {
  const int opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (opened < 0) throw error_from_errno(errno, "open", file.string());
  auto lock = std::make_unique<FileLock>(opened);
  if (::flock(opened, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) throw error_from_errno(errno, "lock", file.string());
  return nullptr;
}

}  // namespace

Task<std::unique_ptr<RunLock>> lock_run(Runtime& runtime, std::filesystem::path directory,
                                        std::string job, std::string root) {
  const std::filesystem::path file = lock_file(directory, job, root);
  const SteadyTime until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto take = [&file] { return lock_now(file); };
    auto lock = co_await offload(runtime.disk(), take);
    if (lock) co_return lock;
    if (std::chrono::steady_clock::now() >= until) break;
    co_await sleep_for(between_tries);
  }
  throw Error(ErrorCode::conflict, "run job " + job, root, "another run of this job is active");
}

}  // namespace sluice
