#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::sftp {

// The values of SFTP version 3 (draft-ietf-secsh-filexfer-02), and of OpenSSH's extensions to it
// (its PROTOCOL file, section 4). Names and handles are raw bytes.

/// Who names one of the two names the other as well.
struct Owner {
  std::uint32_t uid = 0, gid = 0;
  friend bool operator==(const Owner&, const Owner&) = default;
};

/// Seconds since 1970.
struct Times {
  std::uint32_t accessed = 0, modified = 0;
  friend bool operator==(const Times&, const Times&) = default;
};

/// What is not set, the server did not say or is not to change.
struct Attributes {
  std::optional<std::uint64_t> size;
  std::optional<Owner> owner;
  std::optional<std::uint32_t> permissions;  ///< POSIX mode with the file's type.
  std::optional<Times> times;
  friend bool operator==(const Attributes&, const Attributes&) = default;
};

/// A server may send others.
enum class StatusCode : std::uint32_t {
  ok = 0,
  end_of_file = 1,
  no_such_file = 2,
  permission_denied = 3,
  failure = 4,
  bad_message = 5,
  no_connection = 6,
  connection_lost = 7,
  unsupported = 8,
};

struct Status {
  StatusCode code = StatusCode::ok;
  std::string message;  ///< The server's words; may be empty.
};

struct Entry {
  std::string name;
  Attributes attributes;  ///< Of a link itself.
};

/// What a server says of itself before anything is asked.
struct Version {
  std::uint32_t number = 0;
  std::map<std::string, std::string, std::less<>> extensions;  ///< Name and version.

  /// Only an extension of just this version has the meaning that is known.
  bool offers(std::string_view name, std::string_view version) const;
};

/// limits@openssh.com; 0: the server did not say.
struct Limits {
  std::uint64_t packet = 0, read = 0, write = 0, handles = 0;
};

/// statvfs@openssh.com: what a user who is not root may still write.
struct Space {
  std::uint64_t bytes = 0;
  bool no_files_left = false;  ///< Never so where files are not counted (btrfs, FAT).
};

// pflags of an OPEN.
inline constexpr std::uint32_t open_read = 0x01, open_write = 0x02, open_append = 0x04,
                               open_create = 0x08, open_truncate = 0x10, open_exclusive = 0x20;

namespace extension {
inline constexpr std::string_view posix_rename = "posix-rename@openssh.com";
inline constexpr std::string_view fsync = "fsync@openssh.com";
inline constexpr std::string_view statvfs = "statvfs@openssh.com";  ///< Version 2.
inline constexpr std::string_view limits = "limits@openssh.com";
inline constexpr std::string_view lsetstat = "lsetstat@openssh.com";
}  // namespace extension

}  // namespace sluice::sftp
