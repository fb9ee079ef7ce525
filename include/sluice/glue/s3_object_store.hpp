#pragma once

#include <map>
#include <memory>
#include <string>

#include "sluice/async/runtime.hpp"
#include "sluice/aws/glue_client.hpp"
#include "sluice/aws/session.hpp"
#include "sluice/fs/storage.hpp"
#include "sluice/glue/object_store.hpp"

namespace sluice::glue {

/// S3 and Glue of one account, as StorageOptions names it; both share connections and credentials.
/// With options.endpoint_url, that is asked for both. Lives on the loop; close() it before the
/// runtime goes.
class S3ObjectStore final : public ObjectStore {
 public:
  S3ObjectStore(Runtime& runtime, StorageOptions options);
  ~S3ObjectStore() override;

  Task<> list(OpContext context, BucketPlace place, aws::ListOptions options,
              aws::ListPage& page) override;
  Task<std::shared_ptr<FileSystem>> open(OpContext context, BucketPlace place) override;
  /// A client of Glue in the session's region; throws Error{config} without one.
  Task<std::unique_ptr<aws::glue::GlueApi>> glue();
  /// The connections that both go over; until close().
  Task<std::shared_ptr<net::HttpClient>> http();
  Task<> close(OpContext context);

 private:
  struct Clients;
  Task<aws::Session*> session();
  Task<Clients*> clients_of(std::string region);

  Runtime& runtime_;
  StorageOptions options_;
  std::unique_ptr<aws::Session> session_;
  std::map<std::string, std::unique_ptr<Clients>> clients_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<FileSystem>> opened_;
};

}  // namespace sluice::glue
