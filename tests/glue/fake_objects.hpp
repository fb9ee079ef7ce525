#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sluice/core/error.hpp"
#include "sluice/fs/memory_fs.hpp"
#include "sluice/glue/object_store.hpp"

namespace sluice::test {

/// Buckets in memory. Lists in pages of `page_size`.
class FakeObjects final : public glue::ObjectStore {
 public:
  explicit FakeObjects(Runtime& runtime) : runtime_(runtime) {}

  struct Object {
    std::uint64_t size = 0;
    std::optional<TimePoint> modified;
    std::string storage_class, restore_expiry;
  };

  void put(const std::string& bucket, const std::string& key, std::string_view text,
           TimePoint modified = TimePoint(std::chrono::seconds(1'731'542'400))) {
    MemoryFs& files = bucket_of(bucket);
    files.put(key, text, modified);
    listed_[bucket][key] = {
        .size = text.size(), .modified = modified, .storage_class = {}, .restore_expiry = {}};
  }
  Object& listed(const std::string& bucket, const std::string& key) { return listed_[bucket][key]; }

  std::size_t page_size = 2;
  std::function<void(const std::string& bucket)> before_list;                    ///< May throw.
  std::function<void(std::string_view operation, std::string_view key)> before;  ///< May throw.
  int lists = 0;

  Task<> list(OpContext, glue::BucketPlace place, aws::ListOptions options,
              aws::ListPage& page) override {
    ++lists;
    if (before_list) before_list(place.bucket);
    const auto& objects = listed_[place.bucket];
    page.objects.clear();
    page.truncated = false;
    page.next_token.clear();
    for (auto at = objects.lower_bound(std::max(options.prefix, options.continuation_token));
         at != objects.end() && at->first.starts_with(options.prefix); ++at) {
      if (page.objects.size() == page_size) {
        page.truncated = true;
        page.next_token = at->first;
        break;
      }
      aws::ListedObject object;
      object.key = at->first;
      object.size = at->second.size;
      object.modified = at->second.modified;
      object.storage_class = at->second.storage_class;
      object.restore_expiry = at->second.restore_expiry;
      page.objects.push_back(object);
    }
    co_return;
  }

  Task<std::shared_ptr<FileSystem>> open(OpContext, glue::BucketPlace place) override {
    bucket_of(place.bucket);
    co_return buckets_.at(place.bucket);
  }

 private:
  MemoryFs& bucket_of(const std::string& bucket) {
    std::shared_ptr<MemoryFs>& files = buckets_[bucket];
    if (!files) {
      MemoryFsOptions options;
      options.before = [this](std::string_view operation, std::string_view key) {
        if (before) before(operation, key);
      };
      files = std::make_shared<MemoryFs>(runtime_, std::move(options));
    }
    return *files;
  }

  Runtime& runtime_;
  std::map<std::string, std::shared_ptr<MemoryFs>> buckets_;
  std::map<std::string, std::map<std::string, Object>> listed_;
};

}  // namespace sluice::test
