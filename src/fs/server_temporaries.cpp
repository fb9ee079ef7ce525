#include "fs/server_temporaries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice {
namespace {

constexpr std::size_t token_digits = 10, id_digits = 16;
// Bounds the memory for what is recorded; forgetting more often would only repeat records.
constexpr std::size_t most_recorded = 4096;
constexpr std::uint32_t count_mask = 0xFFFFFF;  // six of the sixteen digits

struct Subject {
  std::string token, server, directory;
};

std::optional<Subject> parse_subject(std::string_view text) {
  const std::size_t first = text.find(' ');
  if (first != token_digits) return std::nullopt;
  const std::size_t second = text.find(' ', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto server =
      codec::percent_decode(text.substr(first + 1, second - first - 1), codec::Plus::literal);
  if (!server) return std::nullopt;
  return Subject{std::string(text.substr(0, first)), std::move(*server),
                 std::string(text.substr(second + 1))};
}

bool is_of(const std::string& token, std::string_view name) {
  const std::size_t end = name.rfind('.');
  return is_temporary_name(name) && end >= id_digits &&
         name.substr(end - id_digits, id_digits).starts_with(token);
}

Task<std::size_t> sweep_one(OpContext context, Subject subject, ServerSweeper& sweeper) {
  std::size_t removed = 0;
  const std::vector<std::string> names = co_await sweeper.names_in(context, subject.directory);
  for (const std::string& name : names) {
    if (!is_of(subject.token, name)) continue;
    co_await sweeper.remove(context, subject.directory + '/' + name);
    ++removed;
  }
  co_return removed;
}

}  // namespace

std::string name_aside(std::string_view temporary) {
  const std::size_t slash = temporary.rfind('/');
  std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  std::string path(temporary.substr(0, name));
  if (temporary.substr(name).starts_with('.')) ++name;
  const std::size_t end = temporary.rfind('.');  // of "….<16 digits>.sluice-part"
  return path.append(temporary.substr(name, end - name)).append(".sluice-old");
}

std::string directory_on_server(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

ServerTemporaries::ServerTemporaries(Runtime& runtime, std::string kind, std::string server,
                                     std::shared_ptr<TemporaryJournal> journal, TemporaryForm form)
    : runtime_(runtime),
      kind_(std::move(kind)),
      token_(runtime.random().hex_id().substr(0, token_digits)),
      server_(std::move(server)),
      journal_(std::move(journal)),
      form_(form) {}

Temporary ServerTemporaries::entry_for(const std::string& directory) const {
  return {kind_, fmt::format("{} {} {}", token_, codec::percent_encode(server_, codec::Slash::keep),
                             directory)};
}

Task<ServerTemporaries::Use> ServerTemporaries::use(std::string directory) {
  if (!journal_) co_return Use();
  if (!uses_.contains(directory)) {
    if (uses_.size() >= most_recorded) forget_unused();
    // Two may record it at the same moment: that does no harm.
    const Temporary entry = entry_for(directory);
    co_await offload(runtime_.disk(), [this, &entry] { journal_->record_in_job(entry); });
  }
  ++uses_[directory];
  co_return Use(this, std::move(directory));
}

std::string ServerTemporaries::next(const std::string& path) {
  count_ = (count_ + 1) & count_mask;
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, name) + temporary_name_for(std::string_view(path).substr(name),
                                                   fmt::format("{}{:06x}", token_, count_), form_);
}

void ServerTemporaries::forget_unused() {
  std::erase_if(uses_, [this](const auto& use) {
    if (use.second > 0) return false;
    journal_->forget(entry_for(use.first));
    return true;
  });
}

Task<std::size_t> sweep_server(OpContext context, std::string kind, std::string server,
                               std::shared_ptr<TemporaryJournal> journal, ServerSweeper& sweeper) {
  std::size_t removed = 0;
  const std::vector<Temporary> orphans = co_await journal->orphans();
  for (const Temporary& orphan : orphans) {
    if (orphan.kind != kind) continue;
    const auto subject = parse_subject(orphan.subject);
    if (!subject || subject->server != server) continue;
    std::optional<Error> failure;
    try {
      removed += co_await sweep_one(context, *subject, sweeper);
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (failure && failure->code() == ErrorCode::cancelled) throw *failure;
    if (!failure || failure->code() == ErrorCode::not_found) {
      journal->forget(orphan);
    } else {
      context.log.warn("Could not remove what an interrupted run had left",
                       {{"error", failure->what()}});
    }
  }
  co_return removed;
}

Task<> sweep_and_tell(OpContext context, std::string kind, std::string server,
                      std::shared_ptr<TemporaryJournal> journal, ServerSweeper& sweeper) {
  const std::size_t removed = co_await sweep_server(context, std::move(kind), std::move(server),
                                                    std::move(journal), sweeper);
  if (removed > 0) context.log.info("Removed what interrupted runs had left", {{"files", removed}});
}

}  // namespace sluice
