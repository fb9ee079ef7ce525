#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "s3/object.hpp"
#include "s3/synthetic.hpp"

namespace sluice::lab {

/// A bucket's objects in byte order of their keys: what clients put, laid over synthetic objects if
/// there are any.
class ObjectIndex {
  using Map = std::map<std::string, ObjectPtr, std::less<>>;

 public:
  void lay_over(SyntheticObjects synthetic) { synthetic_.emplace(std::move(synthetic)); }

  ObjectPtr find(std::string_view key) const;  ///< Null if there is none.
  void put(std::string key, ObjectPtr object);
  void erase(std::string_view key);
  bool empty() const;

  /// Walks keys upward. Valid until the index changes.
  class Cursor {
   public:
    bool at_end() const { return !object_; }
    const std::string& key() const { return key_; }
    const ObjectPtr& object() const { return object_; }
    void advance();

   private:
    friend class ObjectIndex;
    explicit Cursor(const ObjectIndex& index, std::string_view from);
    void advance_made();
    void settle();  ///< Takes the lower of both sides, past removed keys.

    const ObjectIndex* index_;
    Map::const_iterator put_;
    std::uint64_t made_ = 0;  ///< Synthetic index.
    std::string made_key_;    ///< Its key; empty at the end.
    std::string key_;
    ObjectPtr object_;
  };
  Cursor at_or_after(std::string_view key) const { return Cursor(*this, key); }

 private:
  Map put_;  ///< Null: a synthetic object that was removed.
  std::optional<SyntheticObjects> synthetic_;
};

}  // namespace sluice::lab
