#include "storage/storage.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "s3/object_record.hpp"
#include "s3/store.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::lab;

namespace {

namespace fs = std::filesystem;

using sluice::test::TemporaryDirectory;

std::shared_ptr<const Blob> store_bytes(Storage& storage, std::string_view bytes) {
  auto writer = storage.create_blob(0);
  writer->write(as_bytes(bytes));
  return writer->finish();
}

std::size_t files_below(const fs::path& path) {
  std::size_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    count += entry.is_regular_file() ? 1 : 0;
  return count;
}

Object full_object(Storage& storage) {
  Object object;
  object.content = Content::of(store_bytes(storage, "0123456789"));
  object.content.append(Content::of(store_bytes(storage, "abc")).slice(1, 2));
  object.etag = "tag-2";
  object.modified = TimePoint(std::chrono::seconds(1'700'000'000));
  object.attributes = {.system = {{"Content-Type", "text/plain; charset=utf-8"}},
                       .metadata = {{"a", " line\nbreak "}, {"empty", ""}},
                       .tags = {{"k\u00fc", "v w"}},
                       .encryption = {{"x-amz-server-side-encryption", "AES256"}},
                       .storage_class = "GLACIER_IR"};
  object.checksum = {
      .algorithm = ChecksumAlgorithm::sha256, .type = ChecksumType::composite, .value = "abc=-2"};
  object.parts = {{.size = 10, .checksum = "x"}, {.size = 2, .checksum = ""}};
  return object;
}

}  // namespace

TEST_CASE("an object's record tells everything about it") {
  const TemporaryDirectory directory;
  const auto storage = make_disk_storage(directory.path());
  const auto object = full_object(*storage);
  const auto again = parse_object_record(format_object_record(object), *storage);
  CHECK(read_all(again.content) == "0123456789bc");
  CHECK(again.etag == object.etag);
  CHECK(again.modified == object.modified);
  CHECK(again.attributes.system == object.attributes.system);
  CHECK(again.attributes.metadata == object.attributes.metadata);
  CHECK(again.attributes.tags == object.attributes.tags);
  CHECK(again.attributes.encryption == object.attributes.encryption);
  CHECK(again.attributes.storage_class == object.attributes.storage_class);
  CHECK(again.checksum.value == object.checksum.value);
  CHECK(again.checksum.type == object.checksum.type);
  CHECK(again.parts.size() == 2);
  CHECK(format_object_record(again) == format_object_record(object));
}

TEST_CASE("a store finds its objects again, and sweeps what nothing names") {
  const TemporaryDirectory directory;
  const std::string key("k\0../..//\xff", 10);
  {
    const auto storage = make_disk_storage(directory.path());
    Store store(*storage);
    store.create_bucket("bkt", TimePoint(std::chrono::seconds(5)));
    store.put("bkt", key, std::make_shared<Object>(full_object(*storage)));
    const auto stray = store_bytes(*storage, "stray");
    CHECK(files_below(directory.path()) == 5);  // three blobs, two records
    storage->close();
  }
  const auto storage = make_disk_storage(directory.path());
  Store store(*storage);
  CHECK(files_below(directory.path()) == 4);
  REQUIRE(store.find_bucket("bkt"));
  CHECK(store.find_bucket("bkt")->created == TimePoint(std::chrono::seconds(5)));
  const auto object = store.find_bucket("bkt")->objects.find(key);
  REQUIRE(object);
  CHECK(read_all(object->content) == "0123456789bc");
}

TEST_CASE("a file goes with the last object that shows it") {
  const TemporaryDirectory directory;
  const auto storage = make_disk_storage(directory.path());
  auto first = Content::of(store_bytes(*storage, "bytes"));
  auto second = first.slice(1, 3);
  first = {};
  CHECK(files_below(directory.path()) == 1);
  CHECK(read_all(second) == "yte");
  second = {};
  CHECK(files_below(directory.path()) == 0);
}

TEST_CASE("a writer that is given up leaves no file") {
  const TemporaryDirectory directory;
  const auto storage = make_disk_storage(directory.path());
  storage->create_blob(10)->write(as_bytes("half"));
  CHECK(files_below(directory.path()) == 0);
}
