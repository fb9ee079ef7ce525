#include <algorithm>

#include "sluice/core/error.hpp"
#include "storage/storage.hpp"

namespace sluice::lab {
namespace {

class MemoryWriter final : public BlobWriter {
 public:
  explicit MemoryWriter(std::uint64_t expected) {
    bytes_.reserve(static_cast<std::size_t>(expected));
  }
  void write(Bytes piece) override { bytes_.append(as_text(piece)); }
  std::shared_ptr<const Blob> finish() override {
    return std::make_shared<MemoryBlob>(std::move(bytes_));
  }

 private:
  std::string bytes_;
};

class MemoryStorage final : public Storage {
 public:
  std::unique_ptr<BlobWriter> create_blob(std::uint64_t expected) override {
    return std::make_unique<MemoryWriter>(expected);
  }
  void save(const Record&) override {}
  void erase(std::string_view, std::string_view) override {}
  std::shared_ptr<const Blob> reopen(const std::string& id) override {
    throw Error(ErrorCode::not_found, "reopen", id, "memory keeps nothing between runs");
  }
  void load(const std::function<void(const Record&)>&) override {}
  void sweep() override {}
  void close() override {}
  bool keeps_records() const override { return false; }
};

}  // namespace

std::unique_ptr<Storage> make_memory_storage() {
  return std::make_unique<MemoryStorage>();
}

}  // namespace sluice::lab
