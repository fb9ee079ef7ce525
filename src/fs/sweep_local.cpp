#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>

#include "fs/disk_job.hpp"
#include "fs/posix_file.hpp"
#include "sluice/core/local_path.hpp"

#include "sluice/fs/temporaries.hpp"

namespace sluice {
namespace {

constexpr std::size_t id_digits = 16;
constexpr std::size_t least_token = 8;  // shorter ones could meet a stranger's names

struct DirectoryCloser {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool absent(int error) {
  return error == ENOENT || error == ENOTDIR;
}

/// The id in a temporary name: the 16 digits before its suffix.
std::string_view id_of(std::string_view temporary_name) {
  const std::size_t end = temporary_name.rfind('.');
  return end < id_digits ? std::string_view() : temporary_name.substr(end - id_digits, id_digits);
}

[[noreturn]] void refuse(const Temporary& temporary) {
  throw Error(ErrorCode::protocol, "sweep", temporary.subject,
              "the journal names something that is no temporary of ours");
}

std::uint64_t remove_name(int directory, const char* name, const std::string& shown) {
  if (::unlinkat(directory, name, 0) == 0) return 1;
  if (absent(errno)) return 0;
  throw system_failure(errno, "sweep", shown);
}

std::uint64_t sweep_directory(const Temporary& temporary) {
  const std::string_view subject(temporary.subject);
  const std::size_t space = subject.find(' ');
  if (space == std::string_view::npos || space < least_token) refuse(temporary);
  const std::string_view token = subject.substr(0, space);
  const std::string path(subject.substr(space + 1));
  if (!path.starts_with('/')) refuse(temporary);
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(path.c_str()));
  if (!directory) {
    if (absent(errno)) return 0;
    throw system_failure(errno, "sweep", path);
  }
  std::uint64_t removed = 0;
  while (const dirent* const entry = ::readdir(directory.get())) {
    const char* const name = static_cast<const char*>(entry->d_name);
    if (!is_temporary_name(name) || !id_of(name).starts_with(token)) continue;
    removed += remove_name(::dirfd(directory.get()), name, path + '/' + name);
  }
  return removed;
}

std::uint64_t sweep_file(const Temporary& temporary) {
  const std::filesystem::path path(temporary.subject);
  if (!path.is_absolute() || !is_temporary_name(path.filename().native())) refuse(temporary);
  return remove_name(AT_FDCWD, path.c_str(), temporary.subject);
}

struct Swept {
  std::uint64_t removed = 0;
  std::optional<Error> failure;
};

Swept sweep_one(TemporaryJournal& journal, const Temporary& temporary) {
  try {
    const std::uint64_t removed =
        temporary.kind == "file" ? sweep_file(temporary) : sweep_directory(temporary);
    journal.forget_in_job(temporary);
    return {.removed = removed, .failure = std::nullopt};
  } catch (const Error& error) {
    return {.removed = 0, .failure = error};
  }
}

}  // namespace

Task<SweepResult> sweep_local(Runtime& runtime, OpContext context,
                              std::shared_ptr<TemporaryJournal> journal) {
  SweepResult result;
  const std::vector<Temporary> orphans = co_await journal->orphans();
  for (const Temporary& orphan : orphans) {
    if (orphan.kind != "file" && orphan.kind != "directory") continue;
    auto job = [&journal, &orphan] { return sweep_one(*journal, orphan); };
    Swept swept = co_await disk_job(runtime, context, "sweep", job);
    result.removed += swept.removed;
    if (swept.failure) result.failures.push_back(std::move(*swept.failure));
  }
  co_return result;
}

}  // namespace sluice
