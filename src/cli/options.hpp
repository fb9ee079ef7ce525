#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/flow/sync.hpp"
#include "sluice/fs/file_system.hpp"

namespace sluice::cli {

/// Flags of the whole program.
struct GlobalOptions {
  // S3
  std::string endpoint_url, region, profile, addressing_style, checksum_mode, checksum_algorithm,
      retry_mode;
  std::optional<std::uint32_t> max_attempts;
  bool no_sign_request = false, request_payer = false;
  std::string storage_class, sse, sse_kms_key_id;
  std::vector<std::string> metadata;
  // network
  std::string ca_file, client_certificate, client_key, bandwidth;
  bool no_verify_ssl = false;
  std::string connect_timeout = "10s", idle_timeout = "60s";
  // SFTP
  std::string ssh_transport = "auto", ssh_command = "ssh", ssh_config, known_hosts, host_key_check;
  std::vector<std::string> ssh_keys;
  bool ssh_command_given = false;
  std::size_t ssh_connections = 8;
  bool allow_non_atomic = false;
  // FTP
  std::size_t ftp_connections = 16;
  bool ftp_tls13 = false;
  // names
  std::vector<std::string> encodings;
  // logins
  std::string password_file, netrc_file;
  bool allow_clear_password = false;
  // transfers
  std::size_t transfers = 64;
  bool transfers_given = false;
  std::size_t part_concurrency = 8;
  std::string part_size = "8M", buffer_memory = "256M";
  // output
  std::string lang;
  std::string log_level = "warn", log_format = "text", log_file, log_file_size = "10M";
  bool json = false, quiet = false, no_progress = false, verbose = false;
  std::string grace = "30s";
  std::string state_directory;
};
void add_global_options(CLI::App& app, GlobalOptions& options);

/// On the way to an SFTP server a file costs round trips and little else: unless --transfers says
/// otherwise, so many go at once.
inline constexpr std::size_t sftp_transfers = 512;
/// Files at once between these places.
std::size_t transfers_between(const GlobalOptions& options,
                              std::initializer_list<std::string_view> urls);

/// Flags that choose files.
struct FilterOptions {
  std::vector<std::string> include, exclude;
  std::string min_size, max_size, min_age, max_age;
  std::optional<std::size_t> max_depth;
  bool follow_symlinks = false;

  bool any() const;  ///< Whether one of them was given.
};
void add_filter_options(CLI::App& command, FilterOptions& options);
/// For commands that can follow links; a batch skips them.
void add_link_option(CLI::App& command, FilterOptions& options);

WalkOptions walk_options(const FilterOptions& options);
/// Ages count back from `now`. Throws Error{invalid_input} naming the flag.
FileFilter file_filter(const FilterOptions& options, TimePoint now);

// Values with units; throw Error{invalid_input} naming the flag and what it takes.
std::uint64_t size_value(const std::string& text, std::string_view flag);
Duration duration_value(const std::string& text, std::string_view flag);

}  // namespace sluice::cli
