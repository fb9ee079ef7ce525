#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/retry.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/aws/config.hpp"
#include "sluice/aws/s3_client.hpp"
#include "sluice/aws/session.hpp"
#include "sluice/core/environment.hpp"
#include "sluice/fs/file_system.hpp"
#include "sluice/fs/location.hpp"
#include "sluice/fs/login.hpp"
#include "sluice/fs/temporaries.hpp"
#include "sluice/net/http1_client.hpp"
#include "sluice/ssh/connector.hpp"

namespace sluice {

/// What makes the connection of SFTP: docs/sftp.md, "Which transport".
enum class SshTransport : std::uint8_t {
  automatic,
  libssh2,  ///< In this process.
  ssh,      ///< ssh(1), as a child.
};

/// How SFTP servers are reached.
struct SftpSettings {
  SshTransport transport = SshTransport::automatic;
  /// Private keys, instead of those in ~/.ssh and in the agent.
  std::vector<std::string> keys;
  std::string known_hosts;  ///< Empty: those of ssh(1).
  /// Of hosts that are not known. nullopt: to ask, if there is whom; of ssh(1), as ssh_config has
  /// it.
  std::optional<ssh::HostKeyPolicy> host_key_policy;
  ssh::AskHostKey ask_host_key;  ///< Null: nobody.
  AskPassword ask_passphrase;    ///< Of a key's file; null: nobody.
  bool ssh_command_given = false;
  /// The program that makes the connection, and what it is always given.
  std::vector<std::string> ssh_command = {"ssh"};
  std::string ssh_config;       ///< Its configuration file; empty: ~/.ssh/config.
  std::size_t connections = 8;  ///< To one server, at most.
  bool allow_non_atomic = false;
  Duration connect_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(60);
  std::optional<RetryPolicy> retry;
};

/// How WebDAV servers are reached, beside StorageOptions::http.
struct WebdavSettings {
  bool allow_clear_password = false;  ///< See webdav::Credentials::allow_clear.
  std::optional<RetryPolicy> retry;
};

/// How FTP servers are reached. TLS, timeouts and bandwidth are those of HTTP.
struct FtpSettings {
  std::size_t connections = 16;  ///< To one server, at most.
  /// Allows TLS 1.3, whose tickets serve once: a server that wants the session of the control
  /// connection on each data connection may run out of them.
  bool tls13 = false;
  bool allow_non_atomic = false;
  std::optional<RetryPolicy> retry;
};

/// The character set of the names on a server.
struct NameEncoding {
  std::string host;  ///< Empty: all that are not named.
  std::string charset;
};

/// How URLs are opened. What is left empty comes from the environment and AWS's shared files, as
/// with all AWS tools.
struct StorageOptions {
  Environment environment;  ///< AWS_* and proxy variables; the library reads none by itself.
  std::string endpoint_url, region, profile;
  std::optional<aws::AddressingStyle> addressing;
  std::optional<aws::ChecksumMode> checksum_mode;
  aws::ChecksumAlgorithm checksum = aws::ChecksumAlgorithm::crc64nvme;
  std::optional<RetryPolicy> retry;
  bool anonymous = false;  ///< Requests are not signed.
  bool requester_pays = false;
  std::string storage_class, encryption, encryption_key_id;  ///< Of new objects.
  net::Http1Options http;
  std::uint64_t part_size = 8_MiB;
  std::size_t parallel_parts = 4;
  std::uint64_t buffer_memory = 256_MiB;      ///< For the part buffers of all transfers together.
  std::shared_ptr<TemporaryJournal> journal;  ///< Null: nothing is journalled or swept.
  SftpSettings sftp;
  FtpSettings ftp;
  WebdavSettings webdav;
  LoginSettings logins;  ///< Of FTP and WebDAV servers.
  /// Of FTP, SFTP and WebDAV servers; of others names are taken as they are.
  std::vector<NameEncoding> encodings;
};

/// For who opens clients of its own by the same options.
aws::SessionOptions session_options(const StorageOptions& options);
/// The endpoint is options.endpoint_url, else what the settings say of S3.
aws::S3ClientOptions s3_client_options(const StorageOptions& options,
                                       const aws::AwsSettings& settings);

struct Bucket {
  std::string name;
  std::optional<TimePoint> created;
};

class FtpServers;
class SftpServers;
class WebdavServers;

/// Opens file systems by URL and owns what they share: connections, credentials, buffers. Lives on
/// the loop; close() it before the runtime goes. What it opened must not outlive it, and is kept
/// until close(), with a descriptor for each local directory: a service opens a tree once, not
/// anew for each job.
class Storage {
 public:
  Storage(Runtime& runtime, StorageOptions options);
  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  /// The tree at a directory or prefix. Of FTP and WebDAV servers it is asked what they can do; of
  /// others nothing yet.
  Task<std::shared_ptr<FileSystem>> open_tree(OpContext context, std::string url);

  struct File {
    std::shared_ptr<FileSystem> files;
    std::string path;
  };
  /// The file system that holds the file, and its path there. Throws Error{invalid_input} for a URL
  /// that ends in '/'.
  Task<File> open_file(OpContext context, std::string url);

  /// What s3:// itself holds: the buckets of the account, in the server's order.
  Task<std::vector<Bucket>> list_buckets(OpContext context);

  /// Closes what was opened, then the connections.
  Task<> close(OpContext context);

 private:
  struct S3;

  Task<> sweep_once(OpContext context);
  Task<S3*> s3(OpContext context);
  std::shared_ptr<FileSystem> keep(std::unique_ptr<FileSystem> files);
  Task<std::shared_ptr<FileSystem>> open(OpContext context, Location location);

  Runtime& runtime_;
  StorageOptions options_;
  std::unique_ptr<S3> s3_;
  std::unique_ptr<SftpServers> sftp_;
  std::unique_ptr<FtpServers> ftp_;
  std::unique_ptr<WebdavServers> webdav_;
  std::vector<std::shared_ptr<FileSystem>> opened_;
  bool swept_ = false;
};

}  // namespace sluice
