#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sluice/core/bytes.hpp"
#include "sluice/sftp/model.hpp"

/// Each appends one whole packet, length first, to `out`. Pure. Paths and handles are raw bytes, of
/// which the caller has refused what no server can take (more than 4 GiB, NUL).
namespace sluice::sftp::requests {

using Buffer = std::vector<std::byte>;

/// The first packet of a connection; version 3.
void init(Buffer& out);

void open(Buffer& out, std::uint32_t id, std::string_view path, std::uint32_t flags,
          const Attributes& attributes);
void close(Buffer& out, std::uint32_t id, std::string_view handle);
void read(Buffer& out, std::uint32_t id, std::string_view handle, std::uint64_t offset,
          std::uint32_t length);
void write(Buffer& out, std::uint32_t id, std::string_view handle, std::uint64_t offset,
           Bytes data);

void lstat(Buffer& out, std::uint32_t id, std::string_view path);
void stat(Buffer& out, std::uint32_t id, std::string_view path);
void fstat(Buffer& out, std::uint32_t id, std::string_view handle);
void setstat(Buffer& out, std::uint32_t id, std::string_view path, const Attributes& attributes);
void fsetstat(Buffer& out, std::uint32_t id, std::string_view handle, const Attributes& attributes);

void opendir(Buffer& out, std::uint32_t id, std::string_view path);
void readdir(Buffer& out, std::uint32_t id, std::string_view handle);
void remove(Buffer& out, std::uint32_t id, std::string_view path);
void mkdir(Buffer& out, std::uint32_t id, std::string_view path, const Attributes& attributes);
void rmdir(Buffer& out, std::uint32_t id, std::string_view path);
void realpath(Buffer& out, std::uint32_t id, std::string_view path);
void rename(Buffer& out, std::uint32_t id, std::string_view from, std::string_view to);
void readlink(Buffer& out, std::uint32_t id, std::string_view path);

// Extensions: only to a server that offers them.
void posix_rename(Buffer& out, std::uint32_t id, std::string_view from, std::string_view to);
void fsync(Buffer& out, std::uint32_t id, std::string_view handle);
void statvfs(Buffer& out, std::uint32_t id, std::string_view path);
void limits(Buffer& out, std::uint32_t id);

}  // namespace sluice::sftp::requests
