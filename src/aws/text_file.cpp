#include "aws/text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice::aws {
namespace {

constexpr std::size_t largest_file = 1_MiB;

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

std::optional<std::string> read_now(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (file.get() < 0) throw error_from_errno(errno, "open", path);
  std::string content;
  char buffer[16_KiB];
  for (;;) {
    const ssize_t size = ::read(file.get(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw error_from_errno(errno, "read", path);
    if (size == 0) return content;
    content.append(buffer, static_cast<std::size_t>(size));
    if (content.size() > largest_file)
      throw Error(ErrorCode::config, "read", path, "the file is larger than 1 MiB");
  }
}

void write_whole(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t size = ::write(file, content.data(), content.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw error_from_errno(errno, "write", path);
    content.remove_prefix(static_cast<std::size_t>(size));
  }
}

void write_now(const std::string& path, const std::string& temporary, std::string_view content) {
  try {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.get() < 0) throw error_from_errno(errno, "create", temporary);
    write_whole(file.get(), content, temporary);
    if (::rename(temporary.c_str(), path.c_str()) != 0)
      throw error_from_errno(errno, "rename", path);
  } catch (const Error&) {
    ::unlink(temporary.c_str());
    throw;
  }
}

}  // namespace

Task<std::optional<std::string>> read_text_file(Runtime& runtime, std::string path) {
  auto content = co_await offload(runtime.disk(), [&path] { return read_now(path); });
  co_return content;
}

Task<> write_private_file(Runtime& runtime, std::string path, std::string content) {
  const std::string temporary = path + "." + runtime.random().hex_id();
  co_await offload(runtime.disk(), [&] { write_now(path, temporary, content); });
}

std::string expand_home(const Environment& environment, std::string path) {
  if (path != "~" && !path.starts_with("~/")) return path;
  const auto home = environment.get("HOME");
  return home ? *home + path.substr(1) : path;
}

}  // namespace sluice::aws
