#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "sluice/async/semaphore.hpp"
#include "sluice/core/bytes.hpp"

namespace sluice {

/// Buffers for parts, counted in bytes by a semaphore that a process shares. A few of the standard
/// size are kept, since the system zeroes each new one page by page.
class PartBuffers : public std::enable_shared_from_this<PartBuffers> {
 public:
  PartBuffers(std::shared_ptr<Semaphore> bytes, std::size_t standard, std::size_t kept)
      : bytes_(std::move(bytes)), standard_(standard), kept_(kept) {}

  class Buffer {
   public:
    Buffer() = default;
    Buffer(Buffer&&) noexcept = default;
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer() { release(); }

    MutableBytes all() const { return {memory_.get(), size_}; }
    std::size_t size() const { return size_; }
    explicit operator bool() const { return memory_ != nullptr; }
    void release();

   private:
    friend class PartBuffers;
    std::shared_ptr<PartBuffers> owner_;
    std::unique_ptr<std::byte[]> memory_;
    std::size_t size_ = 0;
    Semaphore::Permit permit_;
  };

  /// Not zeroed. Waits for room.
  Task<Buffer> acquire(std::size_t size);

 private:
  void give_back(std::unique_ptr<std::byte[]> memory, std::size_t size);

  std::shared_ptr<Semaphore> bytes_;
  std::size_t standard_, kept_;
  std::vector<std::unique_ptr<std::byte[]>> free_;
};

}  // namespace sluice
