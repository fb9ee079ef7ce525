#include "fs/webdav_chunks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "fs/webdav_guard.hpp"
#include "fs/webdav_target.hpp"

namespace sluice {
namespace {

// Nextcloud's own bounds: names 1 to 10000, and 5 MB for all but the last.
constexpr std::uint64_t most_chunks = 10'000;
constexpr std::uint64_t smallest_chunk = 5 * 1000 * 1000;

std::size_t chunk_size_for(std::uint64_t size, std::uint64_t wanted) {
  const std::uint64_t needed = (size + most_chunks - 1) / most_chunks;
  return static_cast<std::size_t>(std::max({needed, wanted, smallest_chunk}));
}

Task<> remove_later(std::shared_ptr<WebdavSite> site, std::string directory) {
  std::optional<Error> failure;
  try {
    const OpContext context = site->runtime().context().shortened_to(
        site->runtime().clock().steady() + std::chrono::seconds(30));
    co_await site->client().remove(context, directory, webdav::Client::Kind::directory);
  } catch (...) {
    failure = error_from(std::current_exception());
  }
  if (failure)
    site->log.warn("Chunks of a file were left on the server, which removes them after a day",
                   {{"directory", directory}, {"error", failure->what()}});
}

}  // namespace

std::optional<std::string> uploads_directory_of(const std::string& root) {
  constexpr std::string_view files = "/remote.php/dav/files/";
  const std::size_t at = root.find(files);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + files.size();
  const std::string user = root.substr(begin, root.find('/', begin) - begin);
  if (user.empty()) return std::nullopt;
  return root.substr(0, at) + "/remote.php/dav/uploads/" + user;
}

WebdavChunks::WebdavChunks(OpContext context, std::shared_ptr<WebdavSite> site, std::string uploads,
                           std::string path, const WriteOptions& options, std::uint64_t size)
    : context_(std::move(context)),
      site_(std::move(site)),
      path_(std::move(path)),
      options_(options),
      target_(site_->full(path_)),
      uploads_(std::move(uploads)),
      size_(size),
      chunk_size_(chunk_size_for(size, site_->options().chunk_size)) {}

WebdavChunks::~WebdavChunks() {
  if (!directory_.empty()) site_->cleanups().spawn(remove_later(site_, directory_));
}

std::vector<std::pair<std::string, std::string>> WebdavChunks::fields() const {
  return {{"Destination", site_->client().url_of(target_)},
          {"OC-Total-Length", fmt::format("{}", size_)}};
}

Task<> WebdavChunks::begin() {
  memory_ = co_await site_->chunk_memory().acquire(chunk_size_);
  co_await site_->directories().ensure(context_, directory_on_server(target_));
  directory_ = uploads_ + "/sluice-" + site_->runtime().random().uuid();
  const auto made = co_await site_->client().make_collection(context_, directory_, fields());
  // The name is new: what is there already comes from a try whose answer was lost.
  if (made == webdav::Made::parent_missing)
    throw Error(ErrorCode::unsupported, "write", site_->shown(path_),
                "the server takes no chunks for this user");
}

Task<> WebdavChunks::write(Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min(chunk_size_ - chunk_.size(), bytes.size());
    chunk_.insert(chunk_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
    bytes = bytes.subspan(count);
    if (chunk_.size() == chunk_size_) co_await send_chunk();
  }
}

Task<> WebdavChunks::send_chunk() {
  const std::string name = fmt::format("{}/{:05}", directory_, ++sent_);
  webdav::PutOptions put;
  put.fields = fields();
  co_await site_->client().put(context_, name, Bytes(chunk_), std::move(put));
  chunk_.clear();
}

Task<FileInfo> WebdavChunks::publish() {
  if (!chunk_.empty()) co_await send_chunk();
  chunk_ = {};
  memory_.release();
  const auto before = co_await look_at(context_, site_, path_, target_);
  require_replaceable(*site_, path_, options_, before);
  bool asked = false;
  const auto step = [this, &before, &asked]() { return publish_once(before, asked); };
  co_await site_->client().retrier().run(context_, Safety::idempotent, step);
  directory_.clear();
  auto now = co_await look_at(context_, site_, path_, target_);
  require_size(*site_, path_, now, size_);
  co_return std::move(*now);
}

/// A large file takes long to be put together: the answer may be 423 or 504 while it is, and the
/// file be there a little later.
Task<> WebdavChunks::publish_once(const std::optional<FileInfo>& before, bool& asked) {
  std::string tag = before ? before->etag : "";
  if (asked) {
    const auto there = co_await look_at(context_, site_, path_, target_);
    const bool is_new = there && (!before || !is_same_webdav_version(*there, *before));
    if (is_new && there->size == size_) co_return;
    require_replaceable(*site_, path_, options_, there);
    tag = there ? there->etag : "";
  }
  asked = true;
  WebdavMove move{.from = directory_ + "/.file",
                  .to = target_,
                  .path = path_,
                  .options = options_,
                  .tag = std::move(tag),
                  .fields = {{"OC-Total-Length", fmt::format("{}", size_)}}};
  if (options_.mtime && site_->keeps_mtime)
    move.fields.emplace_back(
        "X-OC-Mtime",
        fmt::format(
            "{}",
            std::chrono::floor<std::chrono::seconds>(options_.mtime->time_since_epoch()).count()));
  const webdav::PutResult result = co_await move_guarded(context_, site_, std::move(move));
  learn_of_mtime(*site_, path_, options_, result.mtime_accepted);
}

Task<> WebdavChunks::remove() {
  if (directory_.empty()) co_return;
  co_await remove_later(site_, std::exchange(directory_, ""));
}

}  // namespace sluice
