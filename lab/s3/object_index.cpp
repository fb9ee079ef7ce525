#include "s3/object_index.hpp"

#include <utility>

namespace sluice::lab {

ObjectPtr ObjectIndex::find(std::string_view key) const {
  const auto found = put_.find(key);
  if (found != put_.end()) return found->second;
  return synthetic_ ? synthetic_->find(key) : nullptr;
}

void ObjectIndex::put(std::string key, ObjectPtr object) {
  put_.insert_or_assign(std::move(key), std::move(object));
}

void ObjectIndex::erase(std::string_view key) {
  if (synthetic_ && synthetic_->find(key)) {
    put_.insert_or_assign(std::string(key), nullptr);
    return;
  }
  const auto found = put_.find(key);
  if (found != put_.end()) put_.erase(found);
}

bool ObjectIndex::empty() const {
  return at_or_after({}).at_end();
}

ObjectIndex::Cursor::Cursor(const ObjectIndex& index, std::string_view from)
    : index_(&index), put_(index.put_.lower_bound(from)) {
  if (index.synthetic_) {
    made_ = index.synthetic_->at_or_after(from);
    if (made_ < index.synthetic_->count()) made_key_ = index.synthetic_->key(made_);
  }
  settle();
}

void ObjectIndex::Cursor::advance() {
  if (put_ != index_->put_.end() && put_->first == key_) ++put_;
  if (made_key_ == key_) advance_made();
  settle();
}

void ObjectIndex::Cursor::advance_made() {
  ++made_;
  made_key_ = made_ < index_->synthetic_->count() ? index_->synthetic_->key(made_) : std::string{};
}

void ObjectIndex::Cursor::settle() {
  for (;;) {
    const bool have_put = put_ != index_->put_.end();
    if (!have_put && made_key_.empty()) {
      object_ = nullptr;
      return;
    }
    if (!have_put || (!made_key_.empty() && made_key_ < put_->first)) {
      key_ = made_key_;
      object_ = index_->synthetic_->object(made_);
      return;
    }
    if (put_->second) {
      key_ = put_->first;
      object_ = put_->second;
      return;
    }
    if (made_key_ == put_->first) advance_made();
    ++put_;
  }
}

}  // namespace sluice::lab
