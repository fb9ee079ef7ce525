#include "fs/sftp_sweeper.hpp"

#include "sluice/sftp/answers.hpp"

namespace sluice {
namespace {

using sftp::Connection;
using sftp::requests::Buffer;

Task<std::vector<std::string>> read_all(Connection& connection, std::string handle,
                                        sftp::Asked asked) {
  std::vector<std::string> found;
  for (;;) {
    const auto names =
        co_await sftp::expect_names(connection.send([&](Buffer& out, std::uint32_t id) {
          sftp::requests::readdir(out, id, handle);
        }),
                                    asked);
    if (!names) co_return found;
    for (const sftp::Entry& entry : *names)
      found.push_back(entry.name);
  }
}

}  // namespace

Task<std::vector<std::string>> SftpSweeper::names_in(OpContext context, std::string directory) {
  const sftp::Asked asked{"sweep", client_->subject() + '/' + directory};
  const std::shared_ptr<Connection> connection = co_await client_->connection(std::move(context));
  const std::string handle =
      co_await sftp::expect_handle(connection->send_open([&](Buffer& out, std::uint32_t id) {
        sftp::requests::opendir(out, id, directory);
      }),
                                   asked);
  std::exception_ptr thrown;
  std::vector<std::string> found;
  try {
    found = co_await read_all(*connection, handle, asked);
  } catch (...) {
    thrown = std::current_exception();
  }
  connection->close_handle(handle);
  if (thrown) std::rethrow_exception(thrown);
  co_return found;
}

Task<> SftpSweeper::remove(OpContext context, std::string path) {
  const std::shared_ptr<Connection> connection = co_await client_->connection(std::move(context));
  co_await sftp::expect_ok(connection->send([&path](Buffer& out, std::uint32_t id) {
    sftp::requests::remove(out, id, path);
  }),
                           {"sweep", client_->subject() + '/' + path});
}

}  // namespace sluice
