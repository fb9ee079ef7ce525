#include "state/store_contract.hpp"

#include <doctest/doctest.h>

#include <map>

#include "codec/random_input.hpp"
#include "support/run.hpp"

namespace sluice::state::test {
namespace {

using Values = std::vector<std::optional<std::string>>;
using Pairs = std::vector<KeyValue>;

std::string bytes(std::string_view text) {
  return std::string(text);
}

Task<> keeps_any_bytes(KeyValueStore& store) {
  const std::string key = bytes(std::string_view("a\0\xFF\n*[x", 7));
  const std::string value = bytes(std::string_view("\0\x80value", 7));
  Pairs puts{{key, value}, {"empty", ""}};
  co_await store.put_many(std::move(puts));
  std::vector<std::string> keys{"empty", "none", key, "empty"};
  const Values values = co_await store.get_many(std::move(keys));
  CHECK(values == Values{"", std::nullopt, value, ""});
}

Task<> replaces_and_erases(KeyValueStore& store) {
  Pairs first{{"k", "1"}, {"l", "2"}, {"k", "3"}};
  co_await store.put_many(std::move(first));
  Pairs second{{"l", "4"}, {"m", "5"}};
  std::vector<std::string> erased{"m", "none"};
  co_await store.write(std::move(second), std::move(erased));
  std::vector<std::string> keys{"k", "l", "m"};
  const Values values = co_await store.get_many(std::move(keys));
  CHECK(values == Values{"3", "4", std::nullopt});
  std::vector<std::string> again{"k", "k"};
  co_await store.erase_many(std::move(again));
  const auto count = co_await store.count("");
  CHECK(count == 1);
}

Task<> bears_nothing_to_do(KeyValueStore& store) {
  co_await store.put_many({});
  co_await store.erase_many({});
  const Values none = co_await store.get_many({});
  CHECK(none.empty());
  const Pairs page = co_await store.scan("a", "", 10);
  CHECK(page.empty());
  const auto count = co_await store.count("a");
  CHECK(count == 0);
}

Task<> scans_in_byte_order(KeyValueStore& store) {
  Pairs puts{{"p/b", "2"},        {"p/\xC3\xA9", "4"}, {"p/a", "1"}, {"p/b/c", "3"},
             {"p/\xFF\xFF", "5"}, {"p0", "x"},         {"p.", "x"},  {"P/a", "x"}};
  co_await store.put_many(std::move(puts));
  const Pairs all{
      {"p/a", "1"}, {"p/b", "2"}, {"p/b/c", "3"}, {"p/\xC3\xA9", "4"}, {"p/\xFF\xFF", "5"}};
  Pairs found = co_await store.scan("p/", "", 100);
  CHECK(found == all);
  found = co_await store.scan("p/", "", 2);
  CHECK(found == Pairs(all.begin(), all.begin() + 2));
  found = co_await store.scan("p/", "p/b", 2);
  CHECK(found == Pairs(all.begin() + 2, all.begin() + 4));
  found = co_await store.scan("p/", "p/\xFF\xFF", 2);
  CHECK(found.empty());
  found = co_await store.scan("p/", "a", 1);
  CHECK(found == Pairs(all.begin(), all.begin() + 1));
  found = co_await store.scan("p/", "q", 1);
  CHECK(found.empty());
  found = co_await store.scan("p/", "", 0);
  CHECK(found.empty());
  const auto count = co_await store.count("p/");
  CHECK(count == 5);
  const auto last = co_await store.count("p/\xFF");
  CHECK(last == 1);
}

Task<> takes_prefixes_literally(KeyValueStore& store) {
  Pairs puts{{"a*b", "1"}, {"axb", "2"}, {"[a]", "3"}, {"a", "4"}, {"\\?", "5"}, {"\\x", "6"}};
  co_await store.put_many(std::move(puts));
  Pairs found = co_await store.scan("a*", "", 10);
  CHECK(found == Pairs{{"a*b", "1"}});
  found = co_await store.scan("[a", "", 10);
  CHECK(found == Pairs{{"[a]", "3"}});
  found = co_await store.scan("\\?", "", 10);
  CHECK(found == Pairs{{"\\?", "5"}});
}

Task<> takes_large_batches(KeyValueStore& store) {
  constexpr std::size_t many = 2500;
  Pairs puts;
  std::vector<std::string> keys, odd;
  for (std::size_t i = 0; i < many; ++i) {
    puts.push_back({"key" + std::to_string(i), std::to_string(i)});
    keys.push_back("key" + std::to_string(i));
    if (i % 2 == 1) odd.push_back(keys.back());
  }
  co_await store.put_many(std::move(puts));
  co_await store.erase_many(std::move(odd));
  const Values values = co_await store.get_many(std::move(keys));
  REQUIRE(values.size() == many);
  for (std::size_t i = 0; i < many; ++i)
    CHECK(values[i] == (i % 2 == 1 ? std::nullopt : std::optional(std::to_string(i))));
  const auto count = co_await store.count("key");
  CHECK(count == many / 2);
}

/// Random changes against a std::map, with keys that share prefixes.
Task<> agrees_with_a_map(KeyValueStore& store) {
  codec::test::RandomInput random("store contract");
  std::map<std::string, std::string> model;
  for (int round = 0; round < 60; ++round) {
    Pairs puts;
    std::vector<std::string> erased;
    for (std::size_t i = random.below(8); i > 0; --i)
      puts.push_back(
          {random.bytes_of("ab\xFF", 1 + random.below(4)), random.bytes(random.below(9))});
    for (std::size_t i = random.below(4); i > 0; --i)
      erased.push_back(random.bytes_of("ab\xFF", 1 + random.below(4)));
    for (const KeyValue& put : puts)
      model[put.key] = put.value;
    for (const std::string& key : erased)
      model.erase(key);
    co_await store.write(std::move(puts), std::move(erased));
    const std::string prefix = random.bytes_of("ab\xFF", random.below(3));
    const std::string after = random.bytes_of("ab\xFF", random.below(3));
    const std::size_t limit = random.below(10);
    Pairs expected;
    std::uint64_t with_prefix = 0;
    for (const auto& [key, value] : model) {
      if (!key.starts_with(prefix)) continue;
      ++with_prefix;
      if (key > after && expected.size() < limit) expected.push_back({key, value});
    }
    const Pairs found = co_await store.scan(prefix, after, limit);
    CHECK(found == expected);
    const auto count = co_await store.count(prefix);
    CHECK(count == with_prefix);
  }
}

Task<> open_and_check(Runtime& runtime, OpenStore open, Task<> (*check)(KeyValueStore&)) {
  const auto store = co_await open(runtime);
  co_await check(*store);
  co_await store->close();
}

void check_one(const OpenStore& open, Task<> (*check)(KeyValueStore&)) {
  sluice::test::run([&](Runtime& runtime) { return open_and_check(runtime, open, check); });
}

}  // namespace

void check_store_contract(const OpenStore& open) {
  SUBCASE("keeps any bytes") {
    check_one(open, keeps_any_bytes);
  }
  SUBCASE("replaces and erases in one change") {
    check_one(open, replaces_and_erases);
  }
  SUBCASE("bears empty batches") {
    check_one(open, bears_nothing_to_do);
  }
  SUBCASE("scans in byte order, page by page") {
    check_one(open, scans_in_byte_order);
  }
  SUBCASE("takes prefixes literally") {
    check_one(open, takes_prefixes_literally);
  }
  SUBCASE("takes large batches") {
    check_one(open, takes_large_batches);
  }
  SUBCASE("agrees with a map under random changes") {
    check_one(open, agrees_with_a_map);
  }
}

}  // namespace sluice::state::test
