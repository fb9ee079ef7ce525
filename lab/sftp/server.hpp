#pragma once

#include <dirent.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sftp/fault.hpp"
#include "sftp/packet.hpp"

namespace sluice::lab {

struct SftpServerOptions {
  std::vector<SftpFault> faults;
  std::set<std::string> without;  ///< Extensions that are not offered.
  std::size_t names_a_reply = 100;
};

/// An SFTP server of this machine's files, for one connection: bytes in, bytes out. Blocking; it is
/// there to break, not to serve.
class SftpServer {
 public:
  explicit SftpServer(SftpServerOptions options);
  ~SftpServer();
  SftpServer(const SftpServer&) = delete;
  SftpServer& operator=(const SftpServer&) = delete;

  /// Takes what a client sends, in pieces of any size; appends what it is answered to `out`. Throws
  /// Error{protocol} for what no client sends.
  void feed(Bytes bytes, std::string& out);
  /// A fault has cut the connection: nothing more is taken or answered.
  bool cut() const { return cut_; }
  std::size_t open_handles() const { return files_.size() + directories_.size(); }

 private:
  struct Directory {
    DIR* stream = nullptr;
    std::string path;
  };

  void take(Bytes packet, std::string& out);
  std::string answer(std::uint8_t type, std::uint32_t id, RequestReader& request);
  std::string extended(std::uint32_t id, RequestReader& request);
  std::string open(std::uint32_t id, RequestReader& request);
  std::string close(std::uint32_t id, RequestReader& request);
  std::string read(std::uint32_t id, RequestReader& request);
  std::string write(std::uint32_t id, RequestReader& request);
  std::string opendir(std::uint32_t id, RequestReader& request);
  std::string readdir(std::uint32_t id, RequestReader& request);
  std::string set_attributes(std::uint32_t id, RequestReader& request, bool by_handle);
  std::string init() const;
  void send(const std::string& reply, const SftpFault* fault, std::uint32_t id, std::string& out);

  SftpServerOptions options_;
  SftpFaults faults_;
  const SftpFault* struck_ = nullptr;
  std::string received_;
  std::map<std::string, int> files_;
  std::map<std::string, Directory> directories_;
  std::uint32_t next_handle_ = 0;
  bool cut_ = false;
};

}  // namespace sluice::lab
