#include "fs/s3_walk.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "sluice/async/errors.hpp"
#include "sluice/async/wait_list.hpp"
#include "sluice/core/error.hpp"
#include "sluice/fs/path_filter.hpp"

namespace sluice {
namespace {

/// A page on its way. Shared with the task that fetches it, which may outlive the walk.
struct PageAhead {
  explicit PageAhead(Executor executor) : ready(std::move(executor)) {}
  aws::ListPage page;
  std::exception_ptr failed;
  bool done = false;
  WaitList ready;
};

Task<> fetch_page(std::shared_ptr<aws::S3Client> client, OpContext context, std::string bucket,
                  aws::ListOptions options, std::shared_ptr<PageAhead> ahead) {
  try {
    co_await client->list(std::move(context), std::move(bucket), std::move(options), ahead->page);
  } catch (...) {
    ahead->failed = std::current_exception();
  }
  ahead->done = true;
  ahead->ready.wake_all();
}

class S3Walk final : public FileStream {
 public:
  S3Walk(S3Root& root, OpContext context, std::string directory, WalkOptions options)
      : root_(root), context_(std::move(context)), options_(std::move(options)), filter_(options_) {
    base_ = root_.options.prefix;
    if (!directory.empty()) base_.append(directory).append("/");
    list_.prefix = base_ + filter_.literal_prefix();
    if (!options_.start_after.empty())
      list_.start_after = root_.options.prefix + options_.start_after;
    // Listing one level spares all keys below; deeper limits would take a request for each
    // directory.
    if (options_.max_depth == 1) {
      list_.delimiter = "/";
      list_.prefix = base_;
    }
    list_.restore_status = options_.extras;
  }

  Task<std::optional<FileBatch>> next() override {
    if (ended_) co_return std::nullopt;
    if (!ahead_) fetch_ahead();
    while (!ahead_->done) {
      const bool woken = co_await ahead_->ready.wait();
      if (!woken) throw cancelled("walk");
    }
    if (ahead_->failed) std::rethrow_exception(ahead_->failed);
    page_ = std::move(ahead_->page);
    ahead_.reset();
    if (page_.truncated) {
      list_.continuation_token = page_.next_token;
      fetch_ahead();  // while the caller is busy with this page
    } else {
      ended_ = true;
    }
    take_page();
    co_return FileBatch{.files = std::span(files_).first(count_), .failures = {}};
  }

 private:
  void fetch_ahead() {
    ahead_ = std::make_shared<PageAhead>(root_.runtime.executor());
    aws::ListOptions options = list_;
    if (!options.continuation_token.empty()) options.start_after.clear();
    root_.background.run("list", fetch_page(root_.options.client, context_, root_.options.bucket,
                                            std::move(options), ahead_));
  }

  /// Objects and common prefixes, each in order, merged.
  void take_page() {
    count_ = 0;
    auto prefix = page_.prefixes.cbegin();
    const auto take_prefixes_before = [&](const std::string_view* key) {
      for (; prefix != page_.prefixes.cend() && (!key || *prefix < *key); ++prefix)
        take_prefix(*prefix);
    };
    for (const aws::ListedObject& object : page_.objects) {
      take_prefixes_before(&object.key);
      take_object(object);
    }
    take_prefixes_before(nullptr);
  }

  /// The path below the walk's directory; order and prefix are verified, never trusted.
  std::string_view checked(std::string_view key) {
    const bool in_order = last_.empty() || last_ < key;
    if (!in_order || !key.starts_with(base_)) {
      const char* reason = in_order ? "a key outside the prefix" : "the listing is out of order";
      throw Error(ErrorCode::protocol, "ListObjectsV2",
                  "s3://" + root_.options.bucket + "/" + std::string(key), reason);
    }
    last_ = key;
    return key.substr(base_.size());
  }

  void take_object(const aws::ListedObject& object) {
    const std::string_view relative = checked(object.key);
    if (relative.empty() || relative.ends_with('/') || too_deep(relative)) return;
    if (!after_start(object.key) || !filter_.accepts(relative)) return;
    FileInfo& info = emplace(object.key);
    info.size = object.size;
    info.mtime = object.modified;
    info.etag.assign(object.etag);
    info.type = FileType::regular;
    info.extras = options_.extras ? extras_of(object) : nullptr;
  }

  void take_prefix(std::string_view prefix) {
    std::string_view relative = checked(prefix);
    relative.remove_suffix(relative.ends_with('/') ? 1 : 0);
    if (options_.files_only || relative.empty()) return;
    if (!after_start(prefix) || !filter_.may_accept_below(relative)) return;
    FileInfo& info = emplace(prefix.substr(0, prefix.size() - 1));
    info.size = 0;
    info.mtime.reset();
    info.etag.clear();
    info.type = FileType::directory;
    info.extras = nullptr;
  }

  /// The strings of earlier pages are written over, so that a long walk allocates nothing.
  FileInfo& emplace(std::string_view key) {
    if (count_ == files_.size()) files_.emplace_back();
    FileInfo& info = files_[count_++];
    info.path.assign(key.substr(root_.options.prefix.size()));
    return info;
  }

  bool too_deep(std::string_view relative) const {
    if (!options_.max_depth) return false;
    return static_cast<std::size_t>(std::ranges::count(relative, '/')) >= *options_.max_depth;
  }

  bool after_start(std::string_view key) const {
    return list_.start_after.empty() || key > list_.start_after;
  }

  static std::shared_ptr<const FileExtras> extras_of(const aws::ListedObject& object) {
    auto extras = std::make_shared<FileExtras>();
    extras->storage_class = object.storage_class;
    if (object.restoring) {
      extras->restore = "ongoing-request=\"true\"";
    } else if (!object.restore_expiry.empty()) {
      extras->restore =
          "ongoing-request=\"false\", expiry-date=\"" + std::string(object.restore_expiry) + "\"";
    }
    return extras;
  }

  S3Root& root_;
  OpContext context_;
  WalkOptions options_;
  PathFilter filter_;
  std::string base_;  // key prefix of the walk's directory
  aws::ListOptions list_;
  std::shared_ptr<PageAhead> ahead_;
  aws::ListPage page_;
  std::string last_;  // the last key seen
  std::vector<FileInfo> files_;
  std::size_t count_ = 0;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<FileStream> walk_s3(S3Root& root, OpContext context, std::string directory,
                                    WalkOptions options) {
  return std::make_unique<S3Walk>(root, std::move(context), std::move(directory),
                                  std::move(options));
}

}  // namespace sluice
