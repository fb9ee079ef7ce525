#include "sluice/fs/storage.hpp"

#include <utility>

#include "fs/ftp_servers.hpp"
#include "fs/sftp_servers.hpp"
#include "fs/webdav_servers.hpp"
#include "sluice/async/semaphore.hpp"
#include "sluice/fs/local_fs.hpp"
#include "sluice/fs/s3_fs.hpp"

namespace sluice {

// Made when the first S3 URL is opened; destroyed in reverse order.
struct Storage::S3 {
  aws::Session session;
  std::shared_ptr<aws::S3Client> client;
  std::shared_ptr<Semaphore> buffers, read_buffers;
};

aws::SessionOptions session_options(const StorageOptions& options) {
  return {.environment = options.environment,
          .profile = options.profile,
          .region = options.region,
          .anonymous = options.anonymous,
          .http = options.http};
}

aws::S3ClientOptions s3_client_options(const StorageOptions& options,
                                       const aws::AwsSettings& settings) {
  aws::S3ClientOptions client;
  client.endpoint = aws::endpoint_options(settings, "s3");
  if (!options.endpoint_url.empty()) client.endpoint.custom = net::parse_url(options.endpoint_url);
  if (client.endpoint.region.empty())
    client.endpoint.region = "us-east-1";  // a bucket elsewhere says where it is
  client.addressing = options.addressing.value_or(settings.s3_addressing);
  client.retry = options.retry.value_or(settings.retry);
  client.checksum_mode = options.checksum_mode.value_or(settings.request_checksums);
  client.checksum = options.checksum;
  client.requester_pays = options.requester_pays;
  return client;
}

namespace {

bool is_ftp(Scheme scheme) {
  return scheme == Scheme::ftp || scheme == Scheme::ftpes || scheme == Scheme::ftps;
}

std::string as_directory(std::string path) {
  if (!path.empty() && path.back() != '/') path += '/';
  return path;
}

}  // namespace

Storage::Storage(Runtime& runtime, StorageOptions options)
    : runtime_(runtime),
      options_(std::move(options)),
      sftp_(std::make_unique<SftpServers>(runtime, options_)),
      ftp_(std::make_unique<FtpServers>(runtime, options_)),
      webdav_(std::make_unique<WebdavServers>(runtime, options_)) {}
Storage::~Storage() = default;

Task<Storage::S3*> Storage::s3(OpContext context) {
  if (s3_) co_return s3_.get();
  auto made = std::make_unique<S3>();
  made->session = co_await aws::open_session(runtime_, session_options(options_));
  made->client =
      std::make_shared<aws::S3Client>(runtime_, made->session.http, made->session.credentials,
                                      s3_client_options(options_, made->session.settings));
  // Only a reader that takes bytes in their order reads parts ahead: a pipe, another store.
  const auto memory = static_cast<std::size_t>(options_.buffer_memory);
  made->buffers = std::make_shared<Semaphore>(runtime_.executor(), memory - memory / 4);
  made->read_buffers = std::make_shared<Semaphore>(runtime_.executor(), memory / 4);
  if (!s3_) s3_ = std::move(made);  // another open may have come first while the settings were read
  if (options_.journal) co_await sweep_multipart(context, *s3_->client, options_.journal);
  co_return s3_.get();
}

Task<> Storage::sweep_once(OpContext context) {
  if (!options_.journal || std::exchange(swept_, true)) co_return;
  const SweepResult result = co_await sweep_local(runtime_, context, options_.journal);
  if (result.removed > 0)
    context.log.info("Removed what interrupted runs had left", {{"files", result.removed}});
  for (const Error& failure : result.failures) {
    context.log.warn("Could not remove what an interrupted run had left",
                     {{"error", failure.what()}});
  }
}

std::shared_ptr<FileSystem> Storage::keep(std::unique_ptr<FileSystem> files) {
  opened_.push_back(std::move(files));
  return opened_.back();
}

Task<std::shared_ptr<FileSystem>> Storage::open(OpContext context, Location location) {
  co_await sweep_once(context);
  if (location.scheme == Scheme::local) {
    LocalFsOptions local;
    local.root = location.path;
    local.journal = options_.journal;
    co_return keep(make_local_fs(runtime_, std::move(local)));
  }
  if (location.scheme == Scheme::sftp)
    co_return keep(co_await sftp_->open(context, std::move(location)));
  if (is_ftp(location.scheme)) co_return keep(co_await ftp_->open(context, std::move(location)));
  if (location.scheme == Scheme::webdav || location.scheme == Scheme::webdavs)
    co_return keep(co_await webdav_->open(context, std::move(location)));
  S3* const shared = co_await s3(context);
  S3FsOptions remote;
  remote.client = shared->client;
  remote.bucket = location.bucket;
  remote.prefix = location.path;
  remote.part_size = options_.part_size;
  remote.parallel_parts = options_.parallel_parts;
  remote.buffers = shared->buffers;
  remote.read_buffers = shared->read_buffers;
  remote.journal = options_.journal;
  remote.storage_class = options_.storage_class;
  remote.encryption = options_.encryption;
  remote.encryption_key_id = options_.encryption_key_id;
  co_return keep(make_s3_fs(runtime_, std::move(remote)));
}

Task<std::shared_ptr<FileSystem>> Storage::open_tree(OpContext context, std::string url) {
  Location location = parse_file_location(url);
  if (location.scheme == Scheme::s3) location.path = as_directory(std::move(location.path));
  co_return co_await open(context, std::move(location));
}

Task<Storage::File> Storage::open_file(OpContext context, std::string url) {
  Location location = parse_file_location(url);
  SplitPath parts =
      location.scheme == Scheme::s3 ? SplitPath{"", location.path} : split_path(location.path);
  if (parts.name.empty() || parts.name.back() == '/') {
    throw Error(ErrorCode::invalid_input, "open", url,
                "a file is wanted here, and this names a directory");
  }
  location.path =
      location.scheme == Scheme::local && parts.directory.empty() ? "." : parts.directory;
  File file;
  file.path = parts.name;
  file.files = co_await open(context, std::move(location));
  co_return file;
}

Task<std::vector<Bucket>> Storage::list_buckets(OpContext context) {
  S3* const shared = co_await s3(context);
  std::vector<aws::ListedBucket> listed = co_await shared->client->list_buckets(context);
  std::vector<Bucket> buckets;
  for (aws::ListedBucket& bucket : listed)
    buckets.push_back({.name = std::move(bucket.name), .created = bucket.created});
  co_return buckets;
}

Task<> Storage::close(OpContext context) {
  std::exception_ptr first;
  for (const auto& files : opened_) {
    try {
      co_await files->close(context);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  opened_.clear();
  co_await sftp_->close();
  co_await ftp_->close();
  co_await webdav_->close();
  if (s3_) {
    co_await s3_->session.http->close();
    s3_.reset();
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace sluice
