#include "private_directory.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"

namespace sluice {
namespace {

constexpr const char* kind = "tree";  // a whole directory of ours, unlike the journal's own kinds
constexpr std::string_view name_prefix = "sluice-";
constexpr std::size_t id_digits = 16;

/// Whether make_private_directory() may have made it: all that is in it is going to be removed.
bool is_name_of_ours(const std::filesystem::path& directory) {
  const std::string name = directory.filename();
  if (!directory.is_absolute() || !name.starts_with(name_prefix)) return false;
  const std::string_view id = std::string_view(name).substr(name_prefix.size());
  return id.size() == id_digits &&
         id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::filesystem::path temporary_directory_or_default(std::filesystem::path given) {
  return given.empty() ? std::filesystem::path("/tmp") : given;
}

Task<std::filesystem::path> make_private_directory(Runtime& runtime, std::filesystem::path parent,
                                                   std::shared_ptr<TemporaryJournal> journal) {
  parent = temporary_directory_or_default(std::move(parent));
  const std::filesystem::path directory =
      std::filesystem::absolute(parent) / (std::string(name_prefix) + runtime.random().hex_id());
  if (journal) co_await journal->record({.kind = kind, .subject = directory.string()});
  auto job = [&directory, &parent] {
    std::filesystem::create_directories(parent);
    if (::mkdir(directory.c_str(), 0700) != 0)
      throw error_from_errno(errno, "make temporary directory", directory.string());
  };
  co_await offload(runtime.disk(), job);
  co_return directory;
}

Task<> remove_private_directory(Runtime& runtime, std::filesystem::path directory,
                                std::shared_ptr<TemporaryJournal> journal) {
  auto job = [&directory] { std::filesystem::remove_all(directory); };
  co_await offload(runtime.disk(), job);
  if (journal) journal->forget({.kind = kind, .subject = directory.string()});
}

Task<> sweep_private_directories(Runtime& runtime, OpContext context,
                                 std::shared_ptr<TemporaryJournal> journal) {
  if (!journal) co_return;
  const auto orphans = co_await journal->orphans();
  for (const Temporary& orphan : orphans) {
    if (orphan.kind != kind) continue;
    std::optional<Error> failed;
    try {
      if (!is_name_of_ours(orphan.subject)) {
        throw Error(ErrorCode::protocol, "sweep", orphan.subject,
                    "the journal names something that is no temporary of ours");
      }
      co_await remove_private_directory(runtime, orphan.subject, journal);
    } catch (...) {
      failed = error_from(std::current_exception());
    }
    if (!failed) {
      context.log.info("Removed what an interrupted run had left", {{"directory", orphan.subject}});
    } else if (failed->code() == ErrorCode::cancelled) {
      throw *failed;
    } else {
      context.log.warn("Could not remove what an interrupted run had left",
                       {{"directory", orphan.subject}, {"error", failed->what()}});
    }
  }
}

}  // namespace sluice
