#include "fs/s3_buffers.hpp"

#include <utility>

namespace sluice {

PartBuffers::Buffer& PartBuffers::Buffer::operator=(Buffer&& other) noexcept {
  if (this == &other) return *this;
  release();
  owner_ = std::move(other.owner_);
  memory_ = std::move(other.memory_);
  size_ = std::exchange(other.size_, 0);
  permit_ = std::move(other.permit_);
  return *this;
}

void PartBuffers::Buffer::release() {
  if (memory_) owner_->give_back(std::move(memory_), size_);
  permit_.release();
  owner_.reset();
  size_ = 0;
}

Task<PartBuffers::Buffer> PartBuffers::acquire(std::size_t size) {
  Semaphore::Permit permit = co_await bytes_->acquire(size);
  Buffer buffer;
  buffer.owner_ = shared_from_this();
  buffer.permit_ = std::move(permit);
  buffer.size_ = size;
  if (size == standard_ && !free_.empty()) {
    buffer.memory_ = std::move(free_.back());
    free_.pop_back();
  } else {
    buffer.memory_ = std::make_unique_for_overwrite<std::byte[]>(size);
  }
  co_return buffer;
}

void PartBuffers::give_back(std::unique_ptr<std::byte[]> memory, std::size_t size) {
  if (size == standard_ && free_.size() < kept_) free_.push_back(std::move(memory));
}

}  // namespace sluice
