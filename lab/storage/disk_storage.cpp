#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "sluice/codec/hash.hpp"
#include "sluice/codec/hex.hpp"
#include "sluice/core/error.hpp"
#include "sluice/core/random.hpp"
#include "storage/storage.hpp"

namespace sluice::lab {
namespace {

namespace fs = std::filesystem;

Error disk_error(std::string operation, const fs::path& path) {
  const auto code = errno == ENOSPC ? ErrorCode::no_space : ErrorCode::internal;
  return {code, std::move(operation), path.string(), std::strerror(errno)};
}

/// Shared by the storage and its blobs, which may outlive it.
struct BlobFolder {
  fs::path path;
  bool keep = false;  ///< The program is ending: files stay for the next run.

  fs::path file(const std::string& id) const { return path / id.substr(0, 2) / id; }
};

/// A file that goes when the last object that uses it goes.
class FileBlob final : public Blob {
 public:
  FileBlob(std::shared_ptr<const BlobFolder> folder, std::string id, std::uint64_t size)
      : folder_(std::move(folder)), id_(std::move(id)), size_(size) {}
  ~FileBlob() override {
    std::error_code ignored;  // a file that stays is swept at the next start
    if (!folder_->keep) fs::remove(folder_->file(id_), ignored);
  }
  std::uint64_t size() const override { return size_; }
  Bytes view(std::uint64_t) const override { return {}; }
  std::string id() const override { return id_; }
  int open() const override {
    const auto path = folder_->file(id_);
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw disk_error("open", path);
    return fd;
  }

 private:
  std::shared_ptr<const BlobFolder> folder_;
  std::string id_;
  std::uint64_t size_;
};

class FileWriter final : public BlobWriter {
 public:
  FileWriter(std::shared_ptr<const BlobFolder> folder, std::string id)
      : folder_(std::move(folder)),
        id_(std::move(id)),
        path_(folder_->file(id_)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (file_.get() < 0) throw disk_error("create", path_);
  }
  ~FileWriter() override {
    if (!finished_) ::unlink(path_.c_str());
  }
  void write(Bytes piece) override {
    while (!piece.empty()) {
      const auto written = ::write(file_.get(), piece.data(), piece.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) throw disk_error("write", path_);
      piece = piece.subspan(static_cast<std::size_t>(written));
      size_ += static_cast<std::uint64_t>(written);
    }
  }
  std::shared_ptr<const Blob> finish() override {
    auto blob = std::make_shared<FileBlob>(folder_, id_, size_);
    finished_ = true;
    return blob;
  }

 private:
  std::shared_ptr<const BlobFolder> folder_;
  std::string id_;
  fs::path path_;
  Descriptor file_;
  std::uint64_t size_ = 0;
  bool finished_ = false;
};

/// blobs/<2 hex>/<id> hold data; records/<sha256 of bucket>/<sha256 of key> hold bucket NUL key in
/// hex NUL text. Names on disk are ours alone, so no key can reach outside.
class DiskStorage final : public Storage {
 public:
  explicit DiskStorage(fs::path directory) : records_(directory / "records") {
    folder_->path = directory / "blobs";
    fs::create_directories(records_);
    for (int i = 0; i < 256; ++i)
      fs::create_directories(folder_->path / fmt::format("{:02x}", i));
  }

  std::unique_ptr<BlobWriter> create_blob(std::uint64_t) override {
    return std::make_unique<FileWriter>(folder_, random_.hex_id());
  }

  void save(const Record& record) override {
    const auto path = path_of(record.bucket, record.key);
    fs::create_directories(path.parent_path());
    const fs::path temporary = path.string() + ".tmp";
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file << record.bucket << '\0' << codec::to_hex(as_bytes(record.key)) << '\0' << record.text;
    file.close();
    if (!file) throw disk_error("write", temporary);
    fs::rename(temporary, path);
  }

  void erase(std::string_view bucket, std::string_view key) override {
    fs::remove(path_of(bucket, key));
    if (key.empty()) fs::remove(path_of(bucket, key).parent_path());
  }

  std::shared_ptr<const Blob> reopen(const std::string& id) override {
    auto& known = reopened_[id];
    if (auto blob = known.lock()) return blob;
    auto blob = std::make_shared<FileBlob>(folder_, id, fs::file_size(folder_->file(id)));
    known = blob;
    return blob;
  }

  void load(const std::function<void(const Record&)>& take) override {
    for (const bool buckets : {true, false})
      for (const auto& entry : fs::recursive_directory_iterator(records_)) {
        if (!entry.is_regular_file() || entry.path().extension() == ".tmp") continue;
        const auto record = read(entry.path());
        if (record.key.empty() == buckets) take(record);
      }
  }

  void sweep() override {
    for (const auto& entry : fs::recursive_directory_iterator(folder_->path))
      if (entry.is_regular_file() && !reopened_.contains(entry.path().filename().string()))
        fs::remove(entry.path());
    reopened_.clear();
  }

  void close() override { folder_->keep = true; }
  bool keeps_records() const override { return true; }

 private:
  fs::path path_of(std::string_view bucket, std::string_view key) const {
    const auto folder = codec::to_hex(codec::sha256(as_bytes(bucket)));
    return records_ / folder /
           (key.empty() ? "bucket" : codec::to_hex(codec::sha256(as_bytes(key))));
  }

  static Record read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    const auto bucket_end = all.find('\0');
    const auto key_end =
        bucket_end == std::string::npos ? bucket_end : all.find('\0', bucket_end + 1);
    if (key_end == std::string::npos)
      throw Error(ErrorCode::integrity, "read record", path.string(), "it is cut short");
    const auto key =
        codec::from_hex(std::string_view(all).substr(bucket_end + 1, key_end - bucket_end - 1));
    if (!key) throw Error(ErrorCode::integrity, "read record", path.string(), "its key is damaged");
    return {.bucket = all.substr(0, bucket_end), .key = *key, .text = all.substr(key_end + 1)};
  }

  fs::path records_;
  std::shared_ptr<BlobFolder> folder_ = std::make_shared<BlobFolder>();
  std::unordered_map<std::string, std::weak_ptr<const Blob>> reopened_;
  SeededRandom random_;
};

}  // namespace

std::unique_ptr<Storage> make_disk_storage(fs::path directory) {
  return std::make_unique<DiskStorage>(std::move(directory));
}

}  // namespace sluice::lab
