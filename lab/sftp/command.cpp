#include "sftp/command.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

namespace sluice::lab {

void run_sftp(SftpServerOptions options) {
  SftpServer server(std::move(options));
  std::array<std::byte, 65536> buffer;
  std::string out;
  while (!server.cut()) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    out.clear();
    server.feed(Bytes(buffer).first(static_cast<std::size_t>(count)), out);
    for (std::string_view rest = out; !rest.empty();) {
      const ssize_t sent = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return;
      rest.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
}

}  // namespace sluice::lab
