#include "fs/webdav_part.hpp"

#include <utility>

#include "fs/webdav_guard.hpp"
#include "fs/webdav_target.hpp"
#include "sluice/async/deadline.hpp"

namespace sluice {
namespace {

/// Removes what a writer left, once nothing more is sent there.
Task<> remove_later(std::shared_ptr<WebdavSite> site, std::string path, ServerTemporaries::Use use,
                    std::unique_ptr<WebdavStream> stream) {
  (void)use;  // held until it is gone
  std::optional<Error> failure;
  try {
    if (stream) co_await stream->stop();
    const OpContext context = site->runtime().context().shortened_to(
        site->runtime().clock().steady() + std::chrono::seconds(30));
    const bool was_there =
        co_await site->client().remove(context, path, webdav::Client::Kind::file);
    if (!was_there) {
      co_await sleep_for(late_creation);
      co_await site->client().remove(context, path, webdav::Client::Kind::file);
    }
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure)
    site->log.warn("A temporary file was left on the server",
                   {{"file", path}, {"error", failure->what()}});
}

/// Whether a PUT may have failed because its directory is missing. Servers say 409 (RFC 4918
/// section 9.7.1), 404, and 403.
bool may_miss_directory(const Error& error) {
  return error.status() == 404 || error.status() == 409 || error.status() == 403;
}

/// Or because a file has the directory's name: Apache says 400, nginx 500.
bool may_be_below_file(const Error& error) {
  return error.status() == 400 || error.status() == 405 || error.status() == 500;
}

}  // namespace

WebdavPart::WebdavPart(OpContext context, std::shared_ptr<WebdavSite> site, std::string path,
                       const WriteOptions& options)
    : context_(std::move(context)),
      site_(std::move(site)),
      path_(std::move(path)),
      options_(options),
      target_(site_->full(path_)) {}

WebdavPart::~WebdavPart() {
  if (temporary_.empty()) return;
  site_->cleanups().spawn(remove_later(site_, temporary_, std::move(use_), std::move(stream_)));
}

Task<> WebdavPart::begin() {
  use_ = co_await site_->temporaries().use(directory_on_server(target_));
  temporary_ = site_->temporaries().next(target_);
}

webdav::PutOptions WebdavPart::put_options() const {
  webdav::PutOptions put;
  if (site_->keeps_mtime) put.mtime = options_.mtime;
  return put;
}

Task<webdav::PutResult> WebdavPart::send(Bytes bytes, webdav::Body* body) {
  if (body) return site_->client().put(context_, temporary_, *body, put_options());
  return site_->client().put(context_, temporary_, bytes, put_options());
}

Task<> WebdavPart::put_anywhere(Bytes bytes, webdav::Body* body) {
  std::optional<Error> failure;
  webdav::PutResult result;
  try {
    result = co_await send(bytes, body);
  } catch (const Error& error) {
    failure = error;
  }
  if (failure) {
    const bool missed = may_miss_directory(*failure);
    if (!missed && !may_be_below_file(*failure)) throw *failure;
    co_await site_->directories().make(context_, directory_on_server(target_));
    if (!missed) throw *failure;
    result = co_await send(bytes, body);
  }
  learn_of_mtime(*site_, path_, options_, result.mtime_accepted);
}

Task<> WebdavPart::copy(Source source) {
  source_ = std::move(source);
  // nginx has a 500 for a directory that is missing.
  co_await site_->directories().ensure(context_, directory_on_server(target_));
  co_await site_->client().copy(context_, source_->site->full(source_->info.path), temporary_);
}

Task<> WebdavPart::put(Bytes bytes) {
  return put_anywhere(bytes, nullptr);
}

Task<> WebdavPart::put(webdav::Body& body) {
  return put_anywhere(Bytes(), &body);
}

Task<> WebdavPart::start_stream(std::uint64_t size) {
  co_await site_->directories().ensure(context_, directory_on_server(target_));
  Semaphore::Permit permit = co_await site_->client().uploads().acquire();
  stream_ = std::make_unique<WebdavStream>(context_, site_, temporary_, size, put_options(),
                                           std::move(permit));
}

Task<> WebdavPart::finish_stream() {
  const webdav::PutResult result = co_await stream_->finish();
  stream_.reset();
  learn_of_mtime(*site_, path_, options_, result.mtime_accepted);
}

Task<> WebdavPart::look_into(std::shared_ptr<WebdavSite> site, std::string full,
                             std::optional<FileInfo>* found) {
  *found = co_await look_at(context_, std::move(site), path_, std::move(full));
}

/// What was copied is what was wanted if the source was the same before and after.
void WebdavPart::require_same_source(const std::optional<FileInfo>& now) const {
  if (now && is_same_webdav_version(*now, source_->info)) return;
  throw Error(ErrorCode::conflict, "copy", source_->site->shown(source_->info.path),
              now ? "the file was changed by somebody else" : "the file is gone");
}

/// In one round trip.
Task<FileInfo> WebdavPart::look_at_all(std::uint64_t size) {
  std::optional<FileInfo> sealed, there, source;
  TaskGroup group(site_->runtime().executor());
  group.spawn(look_into(site_, temporary_, &sealed));
  group.spawn(look_into(site_, target_, &there));
  if (source_)
    group.spawn(look_into(source_->site, source_->site->full(source_->info.path), &source));
  co_await group.join();
  if (source_) require_same_source(source);
  require_size(*site_, path_, sealed, size);
  require_replaceable(*site_, path_, options_, there);
  replaces_ = there.has_value();
  replaced_tag_ = there ? there->etag : "";
  co_return std::move(*sealed);
}

Task<FileInfo> WebdavPart::publish(std::uint64_t size) {
  const FileInfo sealed = co_await look_at_all(size);
  bool asked = false;
  const auto step = [this, &sealed, &asked]() { return publish_once(sealed, asked); };
  co_await site_->client().retrier().run(context_, Safety::idempotent, step);
  temporary_.clear();
  if (site_->move_keeps_version.value_or(false)) co_return sealed;
  auto now = co_await look_at(context_, site_, path_, target_);
  require_size(*site_, path_, now, size);
  const bool kept = now->etag == sealed.etag && now->mtime == sealed.mtime;
  site_->move_keeps_version = kept && site_->move_keeps_version.value_or(true);
  co_return std::move(*now);
}

/// `asked`: whether a try before this one may have been carried out, though its answer was lost.
Task<> WebdavPart::publish_once(const FileInfo& sealed, bool& asked) {
  if (asked) {
    const bool done = co_await has_name(sealed);
    if (done) co_return;
    const auto there = co_await look_at(context_, site_, path_, target_);
    // Apache removes what is to be replaced, then renames: if it was stopped between, nothing is
    // there, and it was not somebody else.
    if (there || !replaces_) require_replaceable(*site_, path_, options_, there);
    replaced_tag_ = there ? there->etag : "";
  }
  asked = true;
  WebdavMove move{
      .from = temporary_, .to = target_, .path = path_, .options = options_, .tag = replaced_tag_};
  co_await move_guarded(context_, site_, std::move(move));
}

Task<bool> WebdavPart::has_name(const FileInfo& sealed) {
  const auto left = co_await look_at(context_, site_, path_, temporary_);
  if (left) co_return false;
  auto there = co_await look_at(context_, site_, path_, target_);
  if (there && !site_->move_keeps_version.value_or(false)) there->etag.clear();
  co_return there&& is_same_webdav_version(*there, sealed);
}

Task<> WebdavPart::remove() {
  if (temporary_.empty()) co_return;
  const std::string path = std::exchange(temporary_, "");
  co_await remove_later(site_, path, std::move(use_), std::move(stream_));
}

}  // namespace sluice
