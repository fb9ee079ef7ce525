#include "sluice/state/memory_store.hpp"

#include <iterator>
#include <map>

#include "state/key_prefix.hpp"

namespace sluice {
namespace {

class MemoryStore final : public KeyValueStore {
 public:
  Task<std::vector<std::optional<std::string>>> get_many(std::vector<std::string> keys) override {
    std::vector<std::optional<std::string>> values(keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto found = pairs_.find(keys[i]);
      if (found != pairs_.end()) values[i] = found->second;
    }
    co_return values;
  }

  Task<> write(std::vector<KeyValue> puts, std::vector<std::string> erasures) override {
    for (KeyValue& put : puts)
      pairs_.insert_or_assign(std::move(put.key), std::move(put.value));
    for (const std::string& key : erasures)
      pairs_.erase(key);
    co_return;
  }

  Task<std::vector<KeyValue>> scan(std::string prefix, std::string after,
                                   std::size_t limit) override {
    std::vector<KeyValue> found;
    auto at = after < prefix ? pairs_.lower_bound(prefix) : pairs_.upper_bound(after);
    for (; at != pairs_.end() && found.size() < limit && at->first.starts_with(prefix); ++at)
      found.push_back({at->first, at->second});
    co_return found;
  }

  Task<std::uint64_t> count(std::string prefix) override {
    const auto first = pairs_.lower_bound(prefix);
    const auto end = state::key_after_prefix(prefix);
    const auto last = end ? pairs_.lower_bound(*end) : pairs_.end();
    co_return static_cast<std::uint64_t>(std::distance(first, last));
  }

  std::string_view backend() const override { return "memory"; }

  Task<> close() override { co_return; }

 private:
  std::map<std::string, std::string, std::less<>> pairs_;
};

}  // namespace

std::unique_ptr<KeyValueStore> make_memory_store() {
  return std::make_unique<MemoryStore>();
}

}  // namespace sluice
