#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/core/bytes.hpp"

namespace sluice::lab {

/// Bytes that never change, in memory or in a file.
class Blob {
 public:
  virtual ~Blob() = default;
  virtual std::uint64_t size() const = 0;
  /// The bytes in memory from `offset` (< size()) on: at least one, not necessarily all. Empty if
  /// they are in a file.
  virtual Bytes view(std::uint64_t offset) const = 0;
  /// A new descriptor to read from, owned by the caller; -1 if the bytes are in memory. Throws
  /// Error.
  virtual int open() const { return -1; }
  /// The name under which a disk storage keeps it; empty in memory.
  virtual std::string id() const { return {}; }
};

/// A part of a blob.
struct Piece {
  std::shared_ptr<const Blob> blob;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

/// An object's data: pieces in order, so that completing an upload or copying an object moves no
/// bytes.
class Content {
 public:
  Content() = default;
  explicit Content(std::vector<Piece> pieces);
  static Content of(std::shared_ptr<const Blob> blob);

  std::uint64_t size() const { return size_; }
  const std::vector<Piece>& pieces() const { return pieces_; }
  Content slice(std::uint64_t offset, std::uint64_t length) const;
  void append(const Content& other);

 private:
  std::vector<Piece> pieces_;
  std::uint64_t size_ = 0;
};

/// Calls `take` with all bytes in order (files are read in blocks).
void for_each_block(const Content& content, const std::function<void(Bytes)>& take);

/// Reads a small content whole.
std::string read_all(const Content& content);

class MemoryBlob final : public Blob {
 public:
  explicit MemoryBlob(std::string bytes) : bytes_(std::move(bytes)) {}
  std::uint64_t size() const override { return bytes_.size(); }
  Bytes view(std::uint64_t offset) const override { return as_bytes(bytes_).subspan(offset); }

 private:
  std::string bytes_;
};

/// A descriptor that is closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace sluice::lab
