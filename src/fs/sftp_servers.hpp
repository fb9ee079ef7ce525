#pragma once

#include <map>
#include <memory>
#include <string>

#include "sluice/fs/location.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/sftp/client.hpp"

namespace sluice {

/// The SFTP servers of a Storage: one client for each user, host and port.
class SftpServers {
 public:
  /// `options`: the parts that are of SFTP are kept.
  SftpServers(Runtime& runtime, const StorageOptions& options)
      : runtime_(runtime),
        settings_(options.sftp),
        logins_(options.logins),
        environment_(options.environment),
        encodings_(options.encodings),
        bandwidth_(options.http.bandwidth),
        journal_(options.journal) {}

  /// Sweeps first what dead processes left on a server that is opened for the first time.
  Task<std::unique_ptr<FileSystem>> open(OpContext context, Location location);
  Task<> close();

 private:
  std::shared_ptr<sftp::Client> make_client(const Location& location);

  Runtime& runtime_;
  SftpSettings settings_;
  LoginSettings logins_;
  Environment environment_;
  std::vector<NameEncoding> encodings_;
  std::shared_ptr<net::Bandwidth> bandwidth_;
  std::shared_ptr<TemporaryJournal> journal_;
  /// OpenSSH drops connections at random when more than ten log in at once (MaxStartups).
  std::map<std::string, std::shared_ptr<Semaphore>> handshakes_;
  std::map<std::string, std::shared_ptr<sftp::Client>> clients_;
};

}  // namespace sluice
