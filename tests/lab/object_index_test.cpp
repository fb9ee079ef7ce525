#include "s3/object_index.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"

using namespace sluice;
using namespace sluice::lab;

namespace {

std::uint64_t seed_of_this_run() {
  const char* given = std::getenv("SLUICE_SEED");
  return given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

std::vector<std::string> keys_from(const ObjectIndex& index, std::string_view from) {
  std::vector<std::string> keys;
  for (auto cursor = index.at_or_after(from); !cursor.at_end(); cursor.advance())
    keys.push_back(cursor.key());
  return keys;
}

}  // namespace

TEST_CASE("an index over synthetic objects behaves as a plain map does") {
  const auto seed = seed_of_this_run();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (const auto layout : {SyntheticLayout::flat, SyntheticLayout::dirs}) {
    const SyntheticObjects synthetic({.count = 250, .size = 10, .layout = layout}, {});
    ObjectIndex index;
    index.lay_over(synthetic);
    std::map<std::string, ObjectPtr> model;
    for (std::uint64_t i = 0; i < 250; ++i)
      model[synthetic.key(i)] = synthetic.object(i);
    for (int step = 0; step < 600; ++step) {
      auto key = synthetic.key(random() % 250);
      if (random() % 3 == 0) key += static_cast<char>('a' + random() % 3);
      if (random() % 2 == 0) {
        index.erase(key);
        model.erase(key);
      } else {
        auto object = std::make_shared<Object>();
        index.put(key, object);
        model[key] = object;
      }
      const auto probe = synthetic.key(random() % 250).substr(0, random() % 25);
      std::vector<std::string> expected;
      for (auto at = model.lower_bound(probe); at != model.end(); ++at)
        expected.push_back(at->first);
      REQUIRE(keys_from(index, probe) == expected);
    }
    for (const auto& [key, object] : model)
      CHECK((index.find(key) != nullptr) == true);
    CHECK(index.find("object-x") == nullptr);
  }
}

TEST_CASE("removing every synthetic object empties the index") {
  ObjectIndex index;
  const SyntheticObjects synthetic({.count = 3, .size = 1}, {});
  index.lay_over(synthetic);
  CHECK_FALSE(index.empty());
  for (std::uint64_t i = 0; i < 3; ++i)
    index.erase(synthetic.key(i));
  CHECK(index.empty());
}

TEST_CASE("a synthetic object's tag is the MD5 of its bytes, and neighbours differ") {
  const SyntheticObjects synthetic({.count = 5, .size = 3'000'000}, {});
  for (std::uint64_t i = 0; i < 5; ++i) {
    const auto object = synthetic.object(i);
    const auto bytes = read_all(object->content);
    CHECK(bytes.size() == 3'000'000);
    CHECK(object->etag == codec::to_hex(codec::md5(as_bytes(bytes))));
    if (i > 0) CHECK(object->etag != synthetic.object(i - 1)->etag);
    const auto part = object->content.slice(1'048'500, 200'000);
    CHECK(read_all(part) == bytes.substr(1'048'500, 200'000));
  }
}
