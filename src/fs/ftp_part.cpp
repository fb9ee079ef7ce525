#include "fs/ftp_part.hpp"

#include <fmt/format.h>

#include "sluice/async/deadline.hpp"

namespace sluice {
namespace {

using ftp::Connection;
using ftp::Reply;

constexpr int not_there = 550;

/// Removes what a writer left, on whatever connection there is by then.
Task<> remove_later(std::shared_ptr<FtpSite> site, std::string path, ServerTemporaries::Use use) {
  (void)use;  // held until it is gone
  std::optional<Error> failure;
  try {
    const OpContext context = site->runtime().context().shortened_to(
        site->runtime().clock().steady() + std::chrono::seconds(30));
    const auto step = [&path](Connection& connection) { return connection.ask("DELE", path); };
    Reply reply = co_await site->attempt(context, step);
    if (reply.code == not_there) {
      co_await sleep_for(late_creation);
      reply = co_await site->attempt(context, step);
    }
    // Gone, or never made: one word for both, and for what is forbidden.
    if (!reply.completed() && reply.code != not_there)
      failure = ftp::refusal("remove", site->client().subject() + path, reply);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure)
    site->log.warn("A temporary file was left on the server",
                   {{"file", path}, {"error", failure->what()}});
}

/// Whether the server said no, and not that it cannot now.
bool is_final(const Error& error) {
  return !error.retryable() && !error.server_code().empty();
}

}  // namespace

FtpPart::FtpPart(OpContext context, std::shared_ptr<FtpSite> site, std::string path,
                 const WriteOptions& options)
    : context_(std::move(context)),
      site_(std::move(site)),
      path_(std::move(path)),
      options_(options),
      target_(site_->full(path_)) {}

FtpPart::~FtpPart() {
  stop();
  if (!temporary_.empty())
    site_->cleanups().spawn(remove_later(site_, temporary_, std::move(use_)));
}

void FtpPart::stop() {
  transfer_.reset();
  lease_.give_back();
}

// --- writing it ---------------------------------------------------------------------------------

Task<> FtpPart::new_name() {
  stop();
  // Another try has another name: nobody knows what became of the first one.
  if (!temporary_.empty())
    site_->cleanups().spawn(remove_later(site_, std::exchange(temporary_, ""), std::move(use_)));
  lease_ = co_await site_->client().lease(context_);
  use_ = co_await site_->temporaries().use(directory_on_server(target_));
  temporary_ = site_->temporaries().next(target_);
}

Task<> FtpPart::store(bool at_once) {
  Connection::Prepared prepared = co_await lease_->prepare();
  transfer_ = co_await lease_->begin(
      std::move(prepared),
      {.verb = "STOR", .argument = temporary_, .upload = true, .at_once = at_once});
}

Task<> FtpPart::begin() {
  co_await new_name();
  const SteadyTime began = site_->now();
  std::optional<Error> failure;
  try {
    co_await store(false);
  } catch (const Error& error) {
    failure = error;
  }
  if (!failure) co_return;
  if (!is_final(*failure)) throw *failure;
  // It is missing, or there is another reason, which shows again.
  co_await site_->make_directories(*lease_, directory_on_server(target_), began);
  co_await store(false);
}

Task<> FtpPart::write(Bytes bytes) {
  co_await transfer_->write(bytes);
}

Task<> FtpPart::end() {
  std::optional<Error> failure;
  try {
    co_await transfer_->finish();
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  stop();
  if (failure && !is_lost_word(*failure)) throw *failure;
  lost_word_ = failure;
}

Task<> FtpPart::write_all(Bytes bytes) {
  co_await new_name();
  const SteadyTime began = site_->now();
  std::optional<Error> failure;
  try {
    co_await store(true);
    if (!bytes.empty()) co_await transfer_->write(bytes);
    co_await transfer_->finish();
  } catch (const Error& error) {
    failure = error;
  }
  if (!failure) co_return stop();
  if (!is_final(*failure) || !lease_->ready()) throw *failure;
  transfer_.reset();
  co_await site_->make_directories(*lease_, directory_on_server(target_), began);
  co_await store(true);
  if (!bytes.empty()) co_await transfer_->write(bytes);
  co_await transfer_->finish();
  stop();
}

// --- ending it ----------------------------------------------------------------------------------

Task<FileInfo> FtpPart::seal(std::uint64_t size) {
  const auto step = [this, size](Connection& connection) { return seal_on(connection, size); };
  co_return co_await site_->attempt(context_, step);
}

/// `time`: of the file, if it is known; asking for it may cost a round trip of its own.
Task<std::optional<FileInfo>> FtpPart::look_at_temporary(Connection& connection,
                                                         std::optional<TimePoint> time) {
  const Reply reply = co_await connection.ask(site_->look_verb(), temporary_);
  auto info = site_->look_answer(path_, reply, true);
  if (!info && reply.transient())
    throw ftp::refusal(site_->look_verb(), site_->shown(path_), reply);
  if (info && !info->mtime && !time) time = co_await site_->exact_time(connection, temporary_);
  if (info && !info->mtime) info->mtime = site_->as_walked(time);
  co_return info;
}

Task<FileInfo> FtpPart::seal_on(Connection& connection, std::uint64_t size) {
  std::optional<Reply> time;
  if (options_.mtime) time = co_await set_time(connection);
  const bool time_set = time && time->completed();
  auto info = co_await look_at_temporary(connection, time_set ? options_.mtime : std::nullopt);
  const bool whole = info && info->size == size;
  // The connection broke at the end, and now it shows that bytes were lost with it.
  if (!whole && lost_word_) throw *lost_word_;
  if (!info)
    throw Error(ErrorCode::protocol, "write", site_->shown(path_),
                "the server does not tell the size of what was written");
  if (!whole)
    throw Error(ErrorCode::integrity, "write", site_->shown(path_),
                fmt::format("the server has {} bytes of {}", info->size, size));
  if (time) warn_of_time(*time);
  if (info->extras) co_await set_mode(connection, info->extras->mode);
  info->extras.reset();
  co_return std::move(*info);
}

Task<Reply> FtpPart::set_time(Connection& connection) {
  const std::string time = ftp::format_time(*options_.mtime);
  // MDTM is vsftpd's way; others take the time for a part of the name and do not find it.
  const char* const verb = connection.features().mfmt ? "MFMT" : "MDTM";
  co_return co_await connection.ask(verb, time + ' ' + temporary_);
}

void FtpPart::warn_of_time(const Reply& answer) {
  if (answer.completed() || std::exchange(site_->warned_of_time, true)) return;
  context_.log.warn("Times cannot be kept: the FTP server does not let them be set",
                    {{"file", site_->shown(path_)}, {"answer", answer.text()}});
}

Task<> FtpPart::set_mode(Connection& connection, std::optional<std::uint32_t> now) {
  const auto wanted = options_.extras ? options_.extras->mode : std::nullopt;
  if (!wanted || !now || (*wanted & 0777U) == (*now & 0777U)) co_return;
  const Reply reply =
      co_await connection.ask("SITE", fmt::format("CHMOD {:o} {}", *wanted & 0777U, temporary_));
  if (reply.completed() || std::exchange(site_->warned_of_mode, true)) co_return;
  context_.log.warn("Modes cannot be kept: the FTP server does not let them be set",
                    {{"file", site_->shown(path_)}, {"answer", reply.text()}});
}

// --- taking the name ----------------------------------------------------------------------------

Task<> FtpPart::publish(const FileInfo& sealed) {
  bool asked = false;
  const auto step = [this, &sealed, &asked](Connection& connection) {
    return publish_once(connection, sealed, asked);
  };
  std::exception_ptr thrown;
  try {
    co_await site_->attempt(context_, step);
  } catch (...) {
    thrown = std::current_exception();
  }
  if (thrown && !aside_.empty())
    context_.log.error("The file that was to be replaced may wait under another name",
                       {{"file", site_->shown(path_)}, {"name", aside_}});
  if (thrown) std::rethrow_exception(thrown);
  temporary_.clear();
}

/// `asked`: whether a try before this one may have been carried out, though its answer was lost.
Task<> FtpPart::publish_once(Connection& connection, const FileInfo& sealed, bool& asked) {
  if (!aside_.empty()) co_return co_await go_on_in_two_steps(connection);
  if (asked) {
    const bool done = co_await has_name(connection, sealed);
    if (done) co_return;
  }
  co_await check_precondition(connection);
  asked = true;
  co_await take_name(connection);
}

Task<bool> FtpPart::has_name(Connection& connection, const FileInfo& sealed) {
  const auto left = co_await look_at_temporary(connection, std::nullopt);
  if (left) co_return false;
  const auto there = co_await site_->look(connection, path_, false);
  co_return there&& is_same_version(*there, sealed, site_->time_precision());
}

Task<> FtpPart::check_precondition(Connection& connection) {
  if (!options_.expected && !options_.must_not_exist) co_return;
  const auto now = co_await site_->look(connection, path_, false);
  if (now) refuse_directory(*now);
  if (now && options_.must_not_exist)
    throw Error(ErrorCode::conflict, "write", site_->shown(path_),
                "there is a file of that name already");
  if (!options_.expected ||
      (now && is_same_version(*now, *options_.expected, site_->time_precision())))
    co_return;
  throw Error(ErrorCode::conflict, "write", site_->shown(path_),
              now ? "the file was changed by somebody else" : "the file is gone");
}

void FtpPart::refuse_directory(const FileInfo& there) const {
  if (there.type != FileType::directory) return;
  throw Error(ErrorCode::conflict, "write", site_->shown(path_),
              "there is a directory of that name");
}

Task<Reply> FtpPart::rename(Connection& connection, std::string from, std::string to) {
  const Reply reply = co_await connection.ask("RNFR", std::move(from));
  if (reply.code != ftp::code::pending_more) {
    if (reply.completed())
      throw Error(ErrorCode::protocol, "rename", site_->shown(path_), reply.text());
    co_return reply;
  }
  co_return co_await connection.ask("RNTO", std::move(to));
}

Task<> FtpPart::take_name(Connection& connection) {
  const Reply reply = co_await rename(connection, temporary_, target_);
  if (reply.completed()) co_return;
  const Error refused = ftp::refusal("rename", site_->shown(path_), reply);
  const auto there = co_await site_->look(connection, path_, false);
  if (there) refuse_directory(*there);
  if (!there || refused.retryable()) throw refused;
  co_await begin_two_steps(connection, refused);
}

Task<> FtpPart::begin_two_steps(Connection& connection, Error refused) {
  if (!site_->options().allow_non_atomic)
    throw Error(ErrorCode::unsupported, "rename", site_->shown(path_),
                "the server does not replace a file in one step; --allow-non-atomic lets it be "
                "moved aside first")
        .caused_by(refused);
  aside_ = name_aside(temporary_);
  co_await go_on_in_two_steps(connection);
}

/// The old file goes aside, the new one takes the name, the old one is removed. A try before may
/// have come anywhere on this way.
Task<> FtpPart::go_on_in_two_steps(Connection& connection) {
  const auto still_new = co_await look_at_temporary(connection, std::nullopt);
  if (still_new) {
    // Refused too if a try before has done it: what has the name by then tells.
    const Reply moved = co_await rename(connection, target_, aside_);
    const auto there = co_await site_->look(connection, path_, false);
    if (there) {
      aside_.clear();
      throw ftp::refusal("replace", site_->shown(path_), moved);
    }
    const Reply taken = co_await rename(connection, temporary_, target_);
    if (!taken.completed()) {
      const Reply back = co_await rename(connection, aside_, target_);
      if (back.completed()) aside_.clear();
      throw ftp::refusal("rename", site_->shown(path_), taken);
    }
  }
  const Reply removed = co_await connection.ask("DELE", aside_);
  if (!removed.completed() && removed.code != not_there)
    site_->log.warn("The file that was replaced was left under another name",
                    {{"file", site_->shown(path_)}, {"name", aside_}, {"answer", removed.text()}});
  aside_.clear();
}

Task<> FtpPart::remove() {
  stop();
  if (temporary_.empty()) co_return;
  const std::string path = std::exchange(temporary_, "");
  co_await remove_later(site_, path, std::move(use_));
}

}  // namespace sluice
