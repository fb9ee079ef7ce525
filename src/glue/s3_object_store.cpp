#include "sluice/glue/s3_object_store.hpp"

#include <utility>

#include "sluice/fs/s3_fs.hpp"

namespace sluice::glue {

/// Of one region.
struct S3ObjectStore::Clients {
  std::shared_ptr<aws::S3Client> listing;  ///< Retries by itself.
  std::shared_ptr<aws::S3Client> reading;  ///< Does not: the downloader retries.
};

S3ObjectStore::S3ObjectStore(Runtime& runtime, StorageOptions options)
    : runtime_(runtime), options_(std::move(options)) {}

S3ObjectStore::~S3ObjectStore() = default;

Task<aws::Session*> S3ObjectStore::session() {
  if (session_) co_return session_.get();
  auto opened = std::make_unique<aws::Session>(
      co_await aws::open_session(runtime_, session_options(options_)));
  if (!session_) session_ = std::move(opened);  // another call may have come first meanwhile
  co_return session_.get();
}

Task<S3ObjectStore::Clients*> S3ObjectStore::clients_of(std::string region) {
  aws::Session* const shared = co_await session();
  std::unique_ptr<Clients>& clients = clients_[region];
  if (clients) co_return clients.get();
  aws::S3ClientOptions options = s3_client_options(options_, shared->settings);
  if (!region.empty()) options.endpoint.region = region;
  clients = std::make_unique<Clients>();
  clients->listing =
      std::make_shared<aws::S3Client>(runtime_, shared->http, shared->credentials, options);
  options.retry.max_attempts = 1;
  clients->reading = std::make_shared<aws::S3Client>(runtime_, shared->http, shared->credentials,
                                                     std::move(options));
  co_return clients.get();
}

Task<> S3ObjectStore::list(OpContext context, BucketPlace place, aws::ListOptions options,
                           aws::ListPage& page) {
  Clients* const clients = co_await clients_of(place.region);
  co_await clients->listing->list(std::move(context), std::move(place.bucket), std::move(options),
                                  page);
}

Task<std::shared_ptr<FileSystem>> S3ObjectStore::open(OpContext, BucketPlace place) {
  Clients* const clients = co_await clients_of(place.region);
  std::shared_ptr<FileSystem>& files = opened_[{place.region, place.bucket}];
  if (!files) {
    S3FsOptions options;
    options.client = clients->reading;
    options.bucket = place.bucket;
    options.part_size = options_.part_size;
    options.parallel_parts = options_.parallel_parts;
    files = make_s3_fs(runtime_, std::move(options));
  }
  co_return files;
}

Task<std::unique_ptr<aws::glue::GlueApi>> S3ObjectStore::glue() {
  aws::Session* const shared = co_await session();
  aws::glue::GlueClientOptions options;
  options.endpoint = aws::endpoint_options(shared->settings, "glue");
  if (!options_.endpoint_url.empty())
    options.endpoint.custom = net::parse_url(options_.endpoint_url);
  options.retry = options_.retry.value_or(shared->settings.retry);
  co_return aws::glue::make_glue_client(runtime_, shared->http, shared->credentials,
                                        std::move(options));
}

Task<std::shared_ptr<net::HttpClient>> S3ObjectStore::http() {
  aws::Session* const shared = co_await session();
  co_return shared->http;
}

Task<> S3ObjectStore::close(OpContext context) {
  std::exception_ptr first;
  for (const auto& [place, files] : opened_) {
    try {
      co_await files->close(context);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  opened_.clear();
  clients_.clear();
  if (session_) co_await session_->http->close();
  session_.reset();
  if (first) std::rethrow_exception(first);
}

}  // namespace sluice::glue
