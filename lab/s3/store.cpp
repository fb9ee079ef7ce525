#include "s3/store.hpp"

#include "s3/object_record.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"

namespace sluice::lab {

Store::Store(Storage& storage) : storage_(storage) {
  storage_.load([this](const Record& record) { take_record(record); });
  storage_.sweep();
}

void Store::take_record(const Record& record) {
  auto& bucket = buckets_[record.bucket];
  if (record.key.empty())
    bucket.created = codec::parse_iso8601(record.text).value_or(TimePoint{});
  else
    bucket.objects.put(record.key,
                       std::make_shared<Object>(parse_object_record(record.text, storage_)));
}

Bucket* Store::find_bucket(std::string_view name) {
  const auto found = buckets_.find(name);
  return found == buckets_.end() ? nullptr : &found->second;
}

Bucket& Store::create_bucket(const std::string& name, TimePoint now) {
  const auto [entry, is_new] = buckets_.try_emplace(name);
  if (is_new) {
    entry->second.created = std::chrono::floor<std::chrono::seconds>(now);
    storage_.save(
        {.bucket = name, .key = {}, .text = codec::format_iso8601(entry->second.created)});
  }
  return entry->second;
}

void Store::remove_bucket(const std::string& name) {
  storage_.erase(name, {});
  buckets_.erase(name);
}

void Store::put(std::string_view bucket, std::string key, ObjectPtr object) {
  if (storage_.keeps_records())
    storage_.save(
        {.bucket = std::string(bucket), .key = key, .text = format_object_record(*object)});
  find_bucket(bucket)->objects.put(std::move(key), std::move(object));
}

void Store::remove(std::string_view bucket, std::string_view key) {
  storage_.erase(bucket, key);
  find_bucket(bucket)->objects.erase(key);
}

}  // namespace sluice::lab
