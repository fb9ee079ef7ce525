#include "ssh/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice::ssh {
namespace {

constexpr mode_t private_directory = S_IRWXU, private_file = S_IRUSR | S_IWUSR;
constexpr mode_t others = S_IRWXG | S_IRWXO;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

std::optional<std::string> read_now(const std::string& path, bool is_secret) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (file.get() < 0) throw error_from_errno(errno, "open", path);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw error_from_errno(errno, "look at", path);
  if (is_secret && status.st_uid == ::getuid() && (status.st_mode & others) != 0)
    throw Error(ErrorCode::config, "read the key", path,
                "others can read it; take that away (chmod 600)");
  std::string content;
  char buffer[16 * 1024];
  for (;;) {
    const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw error_from_errno(errno, "read", path);
    if (size == 0) return content;
    content.append(buffer, static_cast<std::size_t>(size));
    if (content.size() > largest_file)
      throw Error(ErrorCode::config, "read", path, "the file is too large");
  }
}

bool ends_in_a_line(int file) {
  const off_t size = ::lseek(file, 0, SEEK_END);
  char last = '\n';
  return size <= 0 || ::pread(file, &last, 1, size - 1) != 1 || last == '\n';
}

void append_now(const std::string& path, std::string line) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (!directory.empty() && ::mkdir(directory.c_str(), private_directory) != 0 && errno != EEXIST)
    throw error_from_errno(errno, "create", directory.native());
  const Descriptor file(
      ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, private_file));
  if (file.get() < 0) throw error_from_errno(errno, "open", path);
  if (!ends_in_a_line(file.get())) line.insert(0, 1, '\n');
  // In one call: lines of several programs do not mix.
  const ssize_t written = ::write(file.get(), line.data(), line.size());
  if (written < 0) throw error_from_errno(errno, "write", path);
  if (static_cast<std::size_t>(written) < line.size())
    throw error_from_errno(ENOSPC, "write", path);
}

}  // namespace

Task<std::optional<std::string>> read_file(Runtime& runtime, std::string path) {
  auto job = [&path] { return read_now(path, false); };
  co_return co_await offload(runtime.disk(), job);
}

Task<std::optional<std::string>> read_private_file(Runtime& runtime, std::string path) {
  auto job = [&path] { return read_now(path, true); };
  co_return co_await offload(runtime.disk(), job);
}

Task<> append_line(Runtime& runtime, std::string path, std::string line) {
  auto job = [&] { append_now(path, std::move(line)); };
  co_await offload(runtime.disk(), job);
}

}  // namespace sluice::ssh
