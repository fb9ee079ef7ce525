#pragma once

#include "sluice/fs/file_system.hpp"

namespace sluice::test {

/// Another file system as it is: tests override what shall differ.
class ForwardingFs : public FileSystem {
 public:
  explicit ForwardingFs(FileSystem& inner) : inner_(inner) {}
  std::unique_ptr<FileStream> walk(OpContext c, std::string r, WalkOptions o) override {
    return inner_.walk(c, r, o);
  }
  Task<std::optional<FileInfo>> find(OpContext c, std::string p, FindOptions o) override {
    return inner_.find(c, p, o);
  }
  Task<std::unique_ptr<ByteSource>> open(OpContext c, std::string p, ReadOptions o) override {
    return inner_.open(c, p, o);
  }
  Task<std::unique_ptr<ByteSink>> create(OpContext c, std::string p, WriteOptions o) override {
    return inner_.create(c, p, o);
  }
  Task<FileInfo> copy(OpContext c, FileInfo f, std::string t, WriteOptions o) override {
    return inner_.copy(c, f, t, o);
  }
  Task<RemoveResult> remove(OpContext c, std::vector<std::string> p) override {
    return inner_.remove(c, p);
  }
  Task<void> make_directory(OpContext c, std::string p) override {
    return inner_.make_directory(c, p);
  }
  Task<bool> remove_directory(OpContext c, std::string p) override {
    return inner_.remove_directory(c, p);
  }
  Task<FileInfo> download(OpContext c, std::string p, std::filesystem::path l,
                          ReadOptions o) override {
    return inner_.download(c, p, l, o);
  }
  Task<FileInfo> upload(OpContext c, std::filesystem::path l, std::string p,
                        WriteOptions o) override {
    return inner_.upload(c, l, p, o);
  }
  Capabilities capabilities() const override { return inner_.capabilities(); }
  std::string describe() const override { return inner_.describe(); }
  Task<void> close(OpContext c) override { return inner_.close(c); }

 protected:
  FileSystem& inner_;
};

}  // namespace sluice::test
