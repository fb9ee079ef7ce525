#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "sluice/async/file_stream.hpp"
#include "sluice/async/runtime.hpp"
#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"

namespace sluice {

// A backlog is a list of files in one gzip member (RFC 1952) of JSON lines:
//   {"name":"a.csv","size":1024,"path":"in/a.csv","mod_time":"2025-05-28T10:00:00Z","etag":"..."}
// `name` is the path's last part, for people; mod_time, etag and type ("symlink") are there if
// known; a path that is not UTF-8 is "path_base64". Readers accept any order of members, white
// space, escapes and unknown members. That the list is whole is gzip's own proof: its end, length
// and CRC. `extras` are not kept.

struct BacklogSummary {
  std::uint64_t files = 0;
  std::uint64_t failures = 0;         ///< What the walk could not look at: the list may lack files.
  std::vector<Error> first_failures;  ///< The first 100 of them.
};

/// Writes what `files` yields to a temporary file beside `file`, makes it durable and renames it: a
/// backlog is there whole or not at all. Throws Error (`no_space`, `permission_denied` ...) naming
/// the file, or what the stream throws; then nothing is left behind, and an older backlog stays.
Task<BacklogSummary> write_backlog(Runtime& runtime, std::filesystem::path file,
                                   std::unique_ptr<FileStream> files);

/// The files of a backlog, in its order, in batches of about a thousand; constant memory. next()
/// throws Error{not_found}, and Error{integrity} naming the file and the line if it is truncated or
/// corrupt: never a silently shorter list. Needs nothing closed: it may be dropped at any point.
std::unique_ptr<FileStream> read_backlog(Runtime& runtime, std::filesystem::path file);

/// How many files a backlog lists, with the same errors (the JSON inside the lines is not read).
Task<std::uint64_t> count_backlog(Runtime& runtime, std::filesystem::path file);

}  // namespace sluice
