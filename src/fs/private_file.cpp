#include "fs/private_file.hpp"

#include <fcntl.h>
#include <stdlib.h>

#include <cerrno>
#include <system_error>

#include "fs/local_source.hpp"

namespace sluice {

void write_private_file(const std::filesystem::path& path, Bytes bytes) {
  std::string temporary = path.native() + ".XXXXXX";
  UniqueFd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) throw system_failure(errno, "create", path.native());
  try {
    write_all(file.get(), bytes, path.native());
    file.close(path.native());
    std::filesystem::rename(temporary, path);
  } catch (...) {
    std::error_code ignored;  // the first failure is the one to tell
    std::filesystem::remove(temporary, ignored);
    throw;
  }
}

std::vector<std::byte> read_private_file(const std::filesystem::path& path) {
  ReadableFile file = ReadableFile::anywhere(path);
  std::vector<std::byte> bytes(static_cast<std::size_t>(file.remaining()));
  file.read(bytes);
  return bytes;
}

}  // namespace sluice
