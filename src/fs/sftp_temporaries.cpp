#include "fs/sftp_temporaries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sluice/async/errors.hpp"
#include "sluice/async/offload.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/local_path.hpp"
#include "sluice/sftp/answers.hpp"

namespace sluice {
namespace {

using sftp::Connection;
using sftp::requests::Buffer;

constexpr const char* kind = "sftp-directory";
constexpr std::size_t token_digits = 10, id_digits = 16;
// Bounds the memory for what is recorded; forgetting more often would only repeat records.
constexpr std::size_t most_recorded = 4096;
constexpr std::uint32_t count_mask = 0xFFFFFF;  // six of the sixteen digits

std::string subject_of(const std::string& token, const std::string& server,
                       const std::string& directory) {
  return fmt::format("{} {} {}", token, codec::percent_encode(server, codec::Slash::keep),
                     directory);
}

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

Task<std::vector<std::string>> names_in(Connection& connection, const Subject& subject) {
  const sftp::Asked asked{"sweep", subject.server + '/' + subject.directory};
  std::vector<std::string> found;
  const std::string handle =
      co_await sftp::expect_handle(connection.send_open([&](Buffer& out, std::uint32_t id) {
        sftp::requests::opendir(out, id, subject.directory);
      }),
                                   asked);
  std::exception_ptr thrown;
  try {
    for (;;) {
      const auto names =
          co_await sftp::expect_names(connection.send([&](Buffer& out, std::uint32_t id) {
            sftp::requests::readdir(out, id, handle);
          }),
                                      asked);
      if (!names) break;
      for (const sftp::Entry& entry : *names) {
        if (is_of(subject.token, entry.name)) found.push_back(entry.name);
      }
    }
  } catch (...) {
    thrown = std::current_exception();
  }
  connection.close_handle(handle);
  if (thrown) std::rethrow_exception(thrown);
  co_return found;
}

Task<std::size_t> sweep_one(Connection& connection, Subject subject) {
  std::size_t removed = 0;
  const std::vector<std::string> names = co_await names_in(connection, subject);
  for (const std::string& name : names) {
    const std::string path = subject.directory + '/' + name;
    co_await sftp::expect_ok(connection.send([&path](Buffer& out, std::uint32_t id) {
      sftp::requests::remove(out, id, path);
    }),
                             {"sweep", subject.server + '/' + path});
    ++removed;
  }
  co_return removed;
}

}  // namespace

std::string directory_on_server(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return std::string(path.substr(0, std::max<std::size_t>(slash, 1)));
}

SftpTemporaries::SftpTemporaries(Runtime& runtime, std::string token, std::string server,
                                 std::shared_ptr<TemporaryJournal> journal)
    : runtime_(runtime),
      token_(std::move(token)),
      server_(std::move(server)),
      journal_(std::move(journal)) {}

Task<SftpTemporaries::Use> SftpTemporaries::use(std::string directory) {
  if (!journal_) co_return Use();
  if (!uses_.contains(directory)) {
    if (uses_.size() >= most_recorded) forget_unused();
    // Two may record it at the same moment: that does no harm.
    const Temporary entry{kind, subject_of(token_, server_, directory)};
    co_await offload(runtime_.disk(), [this, &entry] { journal_->record_in_job(entry); });
  }
  ++uses_[directory];
  co_return Use(this, std::move(directory));
}

std::string SftpTemporaries::next(const std::string& path) {
  count_ = (count_ + 1) & count_mask;
  const std::size_t slash = path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, name) + temporary_name_for(std::string_view(path).substr(name),
                                                   fmt::format("{}{:06x}", token_, count_));
}

void SftpTemporaries::forget_unused() {
  std::erase_if(uses_, [this](const auto& use) {
    if (use.second > 0) return false;
    journal_->forget({kind, subject_of(token_, server_, use.first)});
    return true;
  });
}

Task<std::size_t> sweep_sftp(OpContext context, sftp::Client& client,
                             std::shared_ptr<TemporaryJournal> journal) {
  std::size_t removed = 0;
  const std::vector<Temporary> orphans = co_await journal->orphans();
  for (const Temporary& orphan : orphans) {
    if (orphan.kind != kind) continue;
    const auto subject = parse_subject(orphan.subject);
    if (!subject || subject->server != client.subject()) continue;
    std::optional<Error> failure;
    try {
      const auto connection = co_await client.connection(context);
      removed += co_await sweep_one(*connection, *subject);
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

}  // namespace sluice
