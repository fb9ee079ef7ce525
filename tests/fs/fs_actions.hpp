#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/fs/file_system.hpp"

/// Whole operations of a file system in one call, for tests.
namespace sluice::test {

inline Task<FileInfo> write_text(FileSystem& fs, std::string path, std::string text,
                                 WriteOptions options) {
  const auto sink = co_await fs.create(OpContext{}, std::move(path), std::move(options));
  co_await sink->write(as_bytes(text));
  FileInfo info = co_await sink->commit();
  co_return info;
}

inline Task<FileInfo> write_text(FileSystem& fs, std::string path, std::string text) {
  return write_text(fs, std::move(path), std::move(text), WriteOptions{});
}

inline Task<std::string> read_text(FileSystem& fs, std::string path, ReadOptions options) {
  const auto source = co_await fs.open(OpContext{}, std::move(path), std::move(options));
  std::string text;
  for (;;) {
    const Bytes bytes = co_await source->next();
    if (bytes.empty()) co_return text;
    text.append(as_text(bytes));
  }
}

inline Task<std::string> read_text(FileSystem& fs, std::string path) {
  return read_text(fs, std::move(path), ReadOptions{});
}

struct Walked {
  std::vector<FileInfo> files;
  std::vector<Error> failures;

  std::vector<std::string> paths() const {
    std::vector<std::string> out;
    for (const FileInfo& info : files)
      out.push_back(info.path);
    return out;
  }
};

inline Task<Walked> collect(std::unique_ptr<FileStream> stream) {
  Walked walked;
  for (;;) {
    const auto batch = co_await stream->next();
    if (!batch) co_return walked;
    walked.files.insert(walked.files.end(), batch->files.begin(), batch->files.end());
    walked.failures.insert(walked.failures.end(), batch->failures.begin(), batch->failures.end());
  }
}

inline Task<Walked> walk_all(FileSystem& fs, std::string root, WalkOptions options) {
  return collect(fs.walk(OpContext{}, std::move(root), std::move(options)));
}

inline Task<std::vector<std::string>> paths_of(FileSystem& fs, std::string root,
                                               WalkOptions options) {
  const Walked walked = co_await walk_all(fs, std::move(root), std::move(options));
  if (!walked.failures.empty()) throw walked.failures.front();
  co_return walked.paths();
}

inline Task<std::vector<std::string>> paths_of(FileSystem& fs) {
  return paths_of(fs, "", WalkOptions{});
}

/// What a walk of the file system can show of these files.
inline std::vector<std::string> listable(FileSystem& fs, std::vector<std::string> paths) {
  if (fs.capabilities().lists_dot_names) return paths;
  std::erase_if(paths, [](const std::string& path) {
    return path.starts_with('.') || path.find("/.") != std::string::npos;
  });
  return paths;
}

/// The code of the Error that the task ends with, or nullopt.
template <class T>
Task<std::optional<ErrorCode>> failure_of(Task<T> task) {
  try {
    co_await std::move(task);
  } catch (const Error& error) {
    co_return error.code();
  }
  co_return std::nullopt;
}

}  // namespace sluice::test
