#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/async/task.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/file_info.hpp"
#include "sluice/core/op_context.hpp"

namespace sluice {

/// Takes what a directory holds, page by page.
class EntrySink {
 public:
  virtual ~EntrySink() = default;
  /// Each entry's path is its bare name. False: nobody wants the rest.
  virtual Task<bool> add(std::vector<FileInfo> entries) = 0;
};

/// What a walk asks of a server that lists one directory at a time. Paths are relative to the file
/// system's root; "" is the root. Calls may be under way at once.
class DirectoryLister {
 public:
  virtual ~DirectoryLister() = default;

  /// Gives all names to `sink`, in any order, without "." and ".."; links as links. Names are
  /// checked: none is empty or holds '/' or NUL. What is to be told but does not end the listing
  /// (a name that cannot be used) goes to `failures`. Throws Error{not_found, ...}.
  virtual Task<> list(OpContext context, std::string path, bool extras, EntrySink& sink,
                      std::vector<Error>& failures) = 0;
  /// What a link leads to, or nullopt.
  virtual Task<std::optional<FileInfo>> look_through(OpContext context, std::string path,
                                                     bool extras) = 0;
  /// Another name of the same directory has the same.
  virtual Task<std::string> real_path(OpContext context, std::string path) = 0;
  /// The file's URL, for errors.
  virtual std::string shown(const std::string& path) const = 0;
};

}  // namespace sluice
