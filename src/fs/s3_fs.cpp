#include "sluice/fs/s3_fs.hpp"

#include <algorithm>
#include <utility>

#include "fs/s3_copy.hpp"
#include "fs/s3_local_transfer.hpp"
#include "fs/s3_remove.hpp"
#include "fs/s3_root.hpp"
#include "fs/s3_sink.hpp"
#include "fs/s3_source.hpp"
#include "fs/s3_tags.hpp"
#include "fs/s3_walk.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

class S3Fs final : public FileSystem {
 public:
  S3Fs(Runtime& runtime, S3FsOptions options) : root_(runtime, std::move(options)) {}

  std::unique_ptr<FileStream> walk(OpContext context, std::string root,
                                   WalkOptions options) override {
    return walk_s3(root_, std::move(context), std::move(root), std::move(options));
  }

  Task<std::optional<FileInfo>> find(OpContext context, std::string path,
                                     FindOptions options) override {
    if (path.empty()) co_return std::nullopt;
    aws::S3Location object = root_.location_of(path);
    auto found = co_await root_.client().head(context, object, aws::GetOptions());
    if (!found) co_return std::nullopt;
    FileInfo info = file_info_of(std::move(path), found->head);
    if (options.extras) {
      info.extras = co_await with_tags(root_, std::move(context), std::move(object),
                                       std::move(found->extras));
    }
    co_return info;
  }

  Task<std::unique_ptr<ByteSource>> open(OpContext context, std::string path,
                                         ReadOptions options) override {
    return open_s3_source(root_, std::move(context), std::move(path), std::move(options));
  }

  Task<std::unique_ptr<ByteSink>> create(OpContext context, std::string path,
                                         WriteOptions options) override {
    co_return make_s3_sink(root_, std::move(context), std::move(path), std::move(options));
  }

  Task<FileInfo> copy(OpContext context, FileInfo from, std::string to,
                      WriteOptions options) override {
    aws::S3Location source = root_.location_of(from.path);
    return copy_object(root_, std::move(context), std::move(source), std::move(from), std::move(to),
                       std::move(options));
  }

  Task<std::optional<FileInfo>> copy_from(OpContext context, FileSystem& source, FileInfo from,
                                          std::string to, WriteOptions options) override {
    const auto* const other = dynamic_cast<const S3Fs*>(&source);
    // One request is signed with one set of credentials, for one endpoint.
    if (!other || other->root_.options.client != root_.options.client) co_return std::nullopt;
    aws::S3Location object = other->root_.location_of(from.path);
    FileInfo copied = co_await copy_object(root_, std::move(context), std::move(object),
                                           std::move(from), std::move(to), std::move(options));
    co_return copied;
  }

  Task<RemoveResult> remove(OpContext context, std::vector<std::string> paths) override {
    return remove_objects(root_, std::move(context), std::move(paths));
  }

  Task<void> make_directory(OpContext, std::string) override { co_return; }  // there are none

  Task<bool> remove_directory(OpContext, std::string) override { co_return false; }

  Task<FileInfo> download(OpContext context, std::string path, std::filesystem::path local,
                          ReadOptions options) override {
    return download_object(root_, std::move(context), std::move(path), std::move(local),
                           std::move(options));
  }

  Task<FileInfo> upload(OpContext context, std::filesystem::path local, std::string path,
                        WriteOptions options) override {
    return upload_file(root_, std::move(context), std::move(local), std::move(path),
                       std::move(options));
  }

  void set_logger(Logger logger) override { root_.background.set_logger(logger); }

  Capabilities capabilities() const override {
    Capabilities can;
    can.conditional_write = root_.client().if_match_on_put() == aws::IfMatchSupport::honoured;
    can.sets_mtime = false;  // kept in the metadata, but a walk does not show it
    can.walk_shows_tag = true;
    can.directories = false;
    can.server_side_copy = true;
    can.mtime_precision = std::chrono::seconds(1);
    return can;
  }

  std::string describe() const override {
    return "s3://" + root_.options.bucket + "/" + root_.options.prefix;
  }

  // Equal bucket names of two endpoints are two buckets.
  Task<std::string> identity(OpContext) override {
    co_return root_.client().bucket_realm() + " " + describe();
  }

  Task<void> close(OpContext context) override {
    return root_.background.close(std::move(context));
  }

 private:
  S3Root root_;
};

}  // namespace

std::unique_ptr<FileSystem> make_s3_fs(Runtime& runtime, S3FsOptions options) {
  return std::make_unique<S3Fs>(runtime, std::move(options));
}

}  // namespace sluice
