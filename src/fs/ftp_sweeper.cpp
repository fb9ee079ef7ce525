#include "fs/ftp_sweeper.hpp"

#include "fs/ftp_lister.hpp"

namespace sluice {

Task<std::vector<std::string>> FtpSweeper::names_in(OpContext context, std::string directory) {
  const ftp::Client::Lease lease = co_await client_->lease(std::move(context));
  co_return co_await list_ftp_names(*lease, std::move(directory));
}

Task<> FtpSweeper::remove(OpContext context, std::string path) {
  const ftp::Client::Lease lease = co_await client_->lease(std::move(context));
  std::string subject = client_->subject() + path;
  co_await lease->expect("DELE", std::move(path), std::move(subject));
}

}  // namespace sluice
