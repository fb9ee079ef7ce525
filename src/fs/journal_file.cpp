#include "fs/journal_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "sluice/async/errors.hpp"
#include "sluice/core/local_path.hpp"

namespace sluice {
namespace {

constexpr std::string_view suffix = ".journal";
constexpr std::uint64_t compact_from = 1_MiB;
constexpr std::uint64_t line_overhead = 48;  // of the JSON around kind and subject
constexpr std::uint64_t largest_journal = 256_MiB;

std::uint64_t line_size(const Temporary& temporary) {
  return line_overhead + temporary.kind.size() + temporary.subject.size();
}

std::string text_of(const std::filesystem::path& path) {
  const UniqueFd fd = open_at(AT_FDCWD, path.c_str(), O_RDONLY).or_throw("open", path.native());
  const auto size = static_cast<std::uint64_t>(status_of(fd.get(), path.native()).st_size);
  if (size > largest_journal) {
    throw Error(ErrorCode::protocol, "read", path.native(), "too large for a journal");
  }
  std::string text(static_cast<std::size_t>(size), '\0');
  text.resize(read_at(fd.get(), std::as_writable_bytes(std::span(text)), 0, path.native()));
  return text;
}

}  // namespace

JournalFiles::JournalFiles(std::filesystem::path directory, std::string name,
                           std::shared_ptr<const Clock> clock, Logger log)
    : directory_(std::filesystem::absolute(directory)),
      name_(std::move(name)),
      clock_(std::move(clock)),
      log_(std::move(log)) {
  name_.append(suffix);
}

JournalFiles::~JournalFiles() {
  if (own_ && live_.empty()) ::unlink(own_path().c_str());
}

void JournalFiles::open_own() {
  const std::error_code failed = make_private_directories(directory_);
  if (failed) throw system_failure(failed.value(), "make directory", directory_.native());
  self_ = this_process();
  const std::string path = own_path().native();
  own_ = open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0600)
             .or_throw("create", path);
  append(owner_line(self_), Force::now);
  sync_directory(open_at(AT_FDCWD, directory_.c_str(), O_PATH | O_DIRECTORY)
                     .or_throw("open", directory_.native())
                     .get(),
                 directory_.native());
}

void JournalFiles::append(const std::string& text, Force force) {
  const std::string path = own_path().native();
  write_all(own_.get(), as_bytes(text), path);
  own_size_ += text.size();
  const SteadyTime now = clock_->steady();
  if (force == Force::soon && now - forced_ < std::chrono::seconds(1)) return;
  if (::fdatasync(own_.get()) != 0) throw system_failure(errno, "fdatasync", path);
  forced_ = now;
}

void JournalFiles::record(const Temporary& temporary, Force force) {
  if (!own_) open_own();
  append(entry_line(JournalEntry::recorded, temporary), force);
  if (live_.insert(temporary).second) live_bytes_ += line_size(temporary);
}

void JournalFiles::forget(const Temporary& temporary) {
  if (live_.erase(temporary) > 0) {
    live_bytes_ -= line_size(temporary);
    append(entry_line(JournalEntry::forgotten, temporary), Force::soon);
    return compact_if_wasteful();
  }
  for (auto& [path, left] : dead_) {
    if (left.erase(temporary) == 0) continue;
    if (left.empty()) {
      ::unlink(path.c_str());
    } else {
      forget_in_dead(path, temporary);
    }
  }
  std::erase_if(dead_, [](const auto& journal) { return journal.second.empty(); });
}

/// Written down, since a sweep forgets its own kind only, and the next one reads the file again.
void JournalFiles::forget_in_dead(const std::filesystem::path& path, const Temporary& temporary) {
  Opened opened = open_at(AT_FDCWD, path.c_str(), O_RDWR | O_APPEND);
  if (opened.error == ENOENT) return;  // another process has forgotten the rest
  const UniqueFd file = std::move(opened).or_throw("open", path.native());
  // What the crash cut off stays a line of its own.
  const auto size = static_cast<std::uint64_t>(status_of(file.get(), path.native()).st_size);
  std::array<std::byte, 1> last{};
  if (size > 0) read_at(file.get(), last, size - 1, path.native());
  const std::string_view begin = last[0] == std::byte{'\n'} ? "" : "\n";
  const std::string line = std::string(begin) + entry_line(JournalEntry::forgotten, temporary);
  write_all(file.get(), as_bytes(line), path.native());
}

void JournalFiles::compact_if_wasteful() {
  if (own_size_ < compact_from || own_size_ < 4 * live_bytes_) return;
  std::string text = owner_line(self_);
  for (const Temporary& temporary : live_)
    text += entry_line(JournalEntry::recorded, temporary);
  const std::string path = own_path().native();
  const std::string next = path + ".next";
  UniqueFd file = open_at(AT_FDCWD, next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600)
                      .or_throw("create", next);
  write_all(file.get(), as_bytes(text), next);
  if (::fdatasync(file.get()) != 0) throw system_failure(errno, "fdatasync", next);
  if (::rename(next.c_str(), path.c_str()) != 0) throw system_failure(errno, "rename", next);
  own_ = std::move(file);
  own_size_ = text.size();
}

std::vector<Temporary> JournalFiles::orphans() {
  dead_.clear();
  self_ = this_process();
  std::error_code failed;
  for (std::filesystem::directory_iterator at(directory_, failed), end; !failed && at != end;
       at.increment(failed)) {
    const std::filesystem::path& path = at->path();
    if (path.extension() == suffix && path.filename() != name_) look_into(path);
  }
  if (failed && failed != std::errc::no_such_file_or_directory) {
    throw system_failure(failed.value(), "list", directory_.native());
  }
  std::vector<Temporary> all;
  for (const auto& [path, left] : dead_)
    all.insert(all.end(), left.begin(), left.end());
  return all;
}

void JournalFiles::look_into(const std::filesystem::path& path) {
  JournalContents contents;
  try {
    contents = parse_journal(text_of(path));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::not_found) return;  // its owner has just ended in good order
    return log_.warn("A journal of temporaries cannot be read",
                     {{"file", path.native()}, {"error", error.what()}});
  }
  for (const std::size_t line : contents.bad_lines) {
    log_.warn("A line of a journal of temporaries cannot be understood",
              {{"file", path.native()}, {"line", line}});
  }
  if (!contents.owner || !is_gone(*contents.owner, self_)) return;
  if (contents.live.empty()) {
    ::unlink(path.c_str());
  } else {
    dead_.emplace(path, std::move(contents.live));
  }
}

}  // namespace sluice
