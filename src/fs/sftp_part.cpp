#include "fs/sftp_part.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "fs/sftp_publication.hpp"
#include "sluice/async/deadline.hpp"
#include "sluice/core/local_path.hpp"

namespace sluice {
namespace {

using sftp::Connection;
using sftp::Status;
using sftp::StatusCode;
using sftp::requests::Buffer;

// Of one file, on all its connections together.
constexpr std::size_t writes_at_once = 64;

/// Removes what a writer left, on whatever connection there is by then.
Task<> remove_later(std::shared_ptr<SftpSite> site, std::string path, ServerTemporaries::Use use) {
  (void)use;  // held until it is gone
  std::optional<Error> failure;
  try {
    const OpContext context = site->runtime().context().shortened_to(
        site->runtime().clock().steady() + std::chrono::seconds(30));
    const auto step = [&path](Connection& connection) {
      return sftp::expect_status(ask_remove(connection, path), {"remove", path});
    };
    Status status = co_await site->attempt(context, step);
    if (status.code == StatusCode::no_such_file) {
      co_await sleep_for(late_creation);
      status = co_await site->attempt(context, step);
    }
    if (status.code != StatusCode::ok && status.code != StatusCode::no_such_file)
      failure = sftp::status_error(status, {"remove", path});
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure)
    site->log.warn("A temporary file was left on the server",
                   {{"file", path}, {"error", failure->what()}});
}

}  // namespace

SftpPart::SftpPart(OpContext context, std::shared_ptr<SftpSite> site, std::string path,
                   const WriteOptions& options)
    : context_(std::move(context)),
      site_(std::move(site)),
      path_(std::move(path)),
      options_(options),
      target_(site_->full(path_)) {}

SftpPart::~SftpPart() {
  sent_.clear();
  close_handles();
  if (!temporary_.empty())
    site_->cleanups().spawn(remove_later(site_, temporary_, std::move(use_)));
}

void SftpPart::close_handles() {
  for (const Handle& one : handles_) {
    if (!one.handle.empty()) one.connection->close_handle(one.handle);
  }
  handles_.clear();
}

// --- making it --------------------------------------------------------------------------------

Task<> SftpPart::make() {
  close_handles();
  const std::shared_ptr<Connection> connection = co_await site_->client().connection(context_);
  // Another try has another name: nobody knows what became of the first one.
  if (!temporary_.empty())
    site_->cleanups().spawn(remove_later(site_, temporary_, std::move(use_)));
  use_ = co_await site_->temporaries().use(directory_on_server(target_));
  temporary_ = site_->temporaries().next(target_);
  Connection::Pending target = ask_lstat(*connection, target_);
  std::optional<Error> failure;
  try {
    co_await create_on(connection);
  } catch (const Error& error) {
    failure = error;
  }
  if (failure && failure->code() == ErrorCode::not_found) {
    co_await site_->make_directories(*connection, directory_on_server(target_));
    co_await create_on(connection);
  } else if (failure) {
    // Only if the server said no is it certain that nothing was made.
    if (!failure->server_code().empty()) temporary_.clear();
    throw co_await site_->explained(*connection, std::move(*failure), path_,
                                    directory_on_server(target_));
  }
  co_await look_at_target(
      co_await sftp::find_attributes(std::move(target), site_->asked("write", path_)));
}

Task<> SftpPart::create_on(std::shared_ptr<Connection> connection) {
  // With a mode to be kept, nobody else may look before it is set.
  sftp::Attributes attributes;
  if (options_.extras && options_.extras->mode) attributes.permissions = 0600;
  constexpr std::uint32_t flags = sftp::open_write | sftp::open_create | sftp::open_exclusive;
  Semaphore::Permit permit = co_await connection->writing().handles.acquire();
  co_await open_on(std::move(connection), std::move(permit), flags, attributes);
}

Task<> SftpPart::open_on(std::shared_ptr<Connection> connection, Semaphore::Permit permit,
                         std::uint32_t flags, sftp::Attributes attributes) {
  std::string handle = co_await sftp::expect_handle(
      connection->send_open([this, flags, &attributes](Buffer& out, std::uint32_t id) {
        sftp::requests::open(out, id, temporary_, flags, attributes);
      }),
      site_->asked("create", path_));
  handles_.push_back({std::move(connection), std::move(handle), std::move(permit)});
}

Task<> SftpPart::look_at_target(std::optional<sftp::Attributes> there) {
  const auto now = there ? file_info_of(path_, *there, false) : std::nullopt;
  if (!now) co_return;
  refuse_sftp_target(*site_, path_, *now, options_);
  if (now->type != FileType::symlink) co_return;
  // The link stays, and the file that it leads to is replaced.
  std::string real = co_await behind_link();
  if (directory_on_server(real) == directory_on_server(target_)) {
    target_ = std::move(real);
    co_return;
  }
  const std::shared_ptr<Connection> connection = handles_.front().connection;
  close_handles();
  co_await sftp::expect_status(ask_remove(*connection, temporary_), site_->asked("write", path_));
  target_ = std::move(real);
  use_ = co_await site_->temporaries().use(directory_on_server(target_));
  temporary_ = site_->temporaries().next(target_);
  co_await create_on(connection);
}

Task<std::string> SftpPart::behind_link() {
  Connection& connection = *handles_.front().connection;
  const auto real_path = [&connection](const std::string& path) {
    return connection.send(
        [&path](Buffer& out, std::uint32_t id) { sftp::requests::realpath(out, id, path); });
  };
  Connection::Pending of_root = real_path(site_->full(""));
  Connection::Pending of_target = real_path(target_);
  const std::string root =
      co_await sftp::expect_name(std::move(of_root), site_->asked("write", path_));
  std::string real = co_await sftp::expect_name(std::move(of_target), site_->asked("write", path_));
  const auto info = co_await look_at_sftp(*site_, connection, path_, real);
  if (!info || info->type != FileType::regular)
    throw Error(ErrorCode::conflict, "write through", site_->shown(path_),
                "it is a symbolic link that leads to no file");
  if (!real.starts_with(root == "/" ? root : root + '/'))
    throw Error(ErrorCode::invalid_input, "write through", site_->shown(path_),
                "it is a symbolic link that leads out of " + site_->shown(""));
  co_return real;
}

Task<> SftpPart::spread() {
  if (!may_spread_) co_return;
  for (const auto& connection : site_->client().widen(context_)) {
    const bool there = std::ranges::any_of(
        handles_, [&connection](const Handle& one) { return one.connection == connection; });
    if (there) continue;
    // It holds one already: were all to wait for a second one, none would get it.
    Semaphore::Permit permit = connection->writing().handles.try_acquire();
    if (permit.units() > 0) co_await try_to_open_on(connection, std::move(permit));
    if (!may_spread_) co_return;
  }
}

/// A server that does not open the file once more, or a connection that breaks: those that there
/// are will do.
Task<> SftpPart::try_to_open_on(std::shared_ptr<Connection> connection, Semaphore::Permit permit) {
  std::optional<Error> failure;
  try {
    co_await open_on(std::move(connection), std::move(permit), sftp::open_write, {});
  } catch (const Error& error) {
    failure = error;
  }
  if (!failure) co_return;
  if (failure->code() == ErrorCode::cancelled) throw *failure;
  may_spread_ = false;
  context_.log.debug("The file is not written through a further handle",
                     {{"file", site_->shown(path_)}, {"error", failure->what()}});
}

// --- writing it -------------------------------------------------------------------------------

std::size_t SftpPart::write_size() const {
  return handles_.front().connection->write_size();
}

Task<> SftpPart::write(std::uint64_t offset, Bytes bytes) {
  if (site_->limited(net::Direction::up)) co_await site_->pass(net::Direction::up, bytes.size());
  const Handle& to = handles_[next_handle_++ % handles_.size()];
  Semaphore::Permit permit = to.connection->writing().bytes.try_acquire(bytes.size());
  while (permit.units() == 0 && !sent_.empty()) {
    co_await acknowledge_first();
    permit = to.connection->writing().bytes.try_acquire(bytes.size());
  }
  if (permit.units() == 0) permit = co_await to.connection->writing().bytes.acquire(bytes.size());
  co_await to.connection->room();
  sent_.push_back({to.connection->send([&](Buffer& out, std::uint32_t id) {
                     sftp::requests::write(out, id, to.handle, offset, bytes);
                   }),
                   std::move(permit)});
  while (sent_.size() >= writes_at_once)
    co_await acknowledge_first();
}

Task<> SftpPart::acknowledge_first() {
  Sent first = std::move(sent_.front());
  sent_.pop_front();
  std::optional<Error> failure;
  try {
    co_await sftp::expect_ok(std::move(first.pending), site_->asked("write", path_));
  } catch (const Error& error) {
    failure = error;
  }
  if (failure) throw co_await explained(std::move(*failure));
}

/// A full disk may show at any of the steps.
Task<Error> SftpPart::explained(Error failure) {
  if (handles_.empty()) co_return failure;
  co_return co_await site_->explained(*handles_.front().connection, std::move(failure), path_,
                                      directory_on_server(target_));
}

Task<> SftpPart::written() {
  while (!sent_.empty())
    co_await acknowledge_first();
}

// --- ending it --------------------------------------------------------------------------------

sftp::Attributes SftpPart::attributes_to_set() const {
  sftp::Attributes attributes;
  if (options_.extras && options_.extras->mode)
    attributes.permissions = *options_.extras->mode & 0777U;
  if (options_.mtime) {
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(options_.mtime->time_since_epoch()).count();
    const auto time = static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 0, UINT32_MAX));
    attributes.times = sftp::Times{time, time};
  }
  return attributes;
}

SftpPart::Sealing SftpPart::ask_to_seal() {
  Sealing asked;
  Connection& connection = *handles_.front().connection;
  const std::string& handle = handles_.front().handle;
  const sftp::Attributes wanted = attributes_to_set();
  if (wanted != sftp::Attributes{})
    asked.set = connection.send(
        [&](Buffer& out, std::uint32_t id) { sftp::requests::fsetstat(out, id, handle, wanted); });
  if (options_.durable && connection.offers(sftp::extension::fsync))
    asked.synced = connection.send(
        [&](Buffer& out, std::uint32_t id) { sftp::requests::fsync(out, id, handle); });
  asked.attributes = connection.send(
      [&](Buffer& out, std::uint32_t id) { sftp::requests::fstat(out, id, handle); });
  for (Handle& one : handles_) {
    asked.closed.push_back(one.connection->send(
        [&one](Buffer& out, std::uint32_t id) { sftp::requests::close(out, id, one.handle); }));
    one.handle.clear();
  }
  return asked;
}

Task<FileInfo> SftpPart::seal(std::uint64_t size) {
  std::optional<Error> failure;
  FileInfo info;
  try {
    info = co_await seal_unexplained(size);
  } catch (const Error& error) {
    failure = error;
  }
  if (failure) throw co_await explained(std::move(*failure));
  co_return info;
}

Task<FileInfo> SftpPart::seal_unexplained(std::uint64_t size) {
  // What was written must have arrived before the time is set and the size is asked for.
  if (handles_.size() > 1 || !handles_.front().connection->keeps_order()) co_await written();
  Sealing asked = ask_to_seal();
  co_await written();
  if (asked.set)
    co_await sftp::expect_ok(std::move(asked.set), site_->asked("set attributes of", path_));
  if (asked.synced) co_await sftp::expect_ok(std::move(asked.synced), site_->asked("sync", path_));
  const sftp::Attributes now =
      co_await sftp::expect_attributes(std::move(asked.attributes), site_->asked("write", path_));
  // A server may keep what went wrong until the end.
  for (Connection::Pending& one : asked.closed)
    co_await sftp::expect_ok(std::move(one), site_->asked("close", path_));
  handles_.clear();
  co_await give_owner(now);
  auto info = file_info_of(path_, now, false);
  if (!info)
    throw Error(ErrorCode::protocol, "write", site_->shown(path_),
                "the server does not say the file's size");
  if (info->size != size)
    throw Error(ErrorCode::integrity, "write", site_->shown(path_),
                fmt::format("the server has {} bytes of {}", info->size, size));
  co_return std::move(*info);
}

/// As far as the server lets us: a file that others own becomes ours.
Task<> SftpPart::give_owner(const sftp::Attributes& now) {
  if (!options_.extras || (!options_.extras->uid && !options_.extras->gid) || !now.owner) co_return;
  const sftp::Owner wanted{options_.extras->uid.value_or(now.owner->uid),
                           options_.extras->gid.value_or(now.owner->gid)};
  if (wanted == *now.owner) co_return;
  sftp::Attributes attributes;
  attributes.owner = wanted;
  const std::shared_ptr<Connection> connection = co_await site_->client().connection(context_);
  const Status status =
      co_await sftp::expect_status(connection->send([&](Buffer& out, std::uint32_t id) {
        sftp::requests::setstat(out, id, temporary_, attributes);
      }),
                                   site_->asked("set owner of", path_));
  if (status.code == StatusCode::ok || std::exchange(site_->warned_of_owner, true)) co_return;
  context_.log.warn("Owners cannot be kept: the server does not let this user give files away",
                    {{"file", site_->shown(path_)}});
}

Task<> SftpPart::publish(const FileInfo& sealed) {
  SftpPublication publication(*site_, path_, target_, temporary_, options_);
  co_await publication.run(context_, sealed);
  temporary_.clear();
}

Task<> SftpPart::remove() {
  sent_.clear();
  close_handles();
  if (temporary_.empty()) co_return;
  const std::string path = std::exchange(temporary_, "");
  co_await remove_later(site_, path, std::move(use_));
}

}  // namespace sluice
