#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fs/webdav_site.hpp"
#include "sluice/async/wait_list.hpp"

namespace sluice {

/// Bytes on their way from who writes them to the request that sends them. They stay where they
/// are until they were taken: nothing is held here.
class StreamedBody final : public webdav::Body, private ByteReader {
 public:
  StreamedBody(Executor executor, std::uint64_t size)
      : changed_(std::move(executor)), size_(size) {}

  /// Returns when all was taken. False: nobody takes any more.
  Task<bool> give(Bytes bytes);
  /// Nothing more comes. The request ends with it, not before: a server never has a whole file
  /// that was not committed.
  void end();
  /// Fails who reads, and who gives.
  void abandon();

  std::uint64_t size() const override { return size_; }
  bool can_begin() const override { return !begun_ && !abandoned_; }
  ByteReader& begin() override { return *this; }

 private:
  Task<std::size_t> read(MutableBytes buffer) override;

  WaitList changed_;
  std::uint64_t size_;
  Bytes given_;
  bool begun_ = false, ended_ = false, abandoned_ = false;
};

/// A PUT of a size that is known, of bytes that are yet to come. Not to be tried again once it has
/// begun. Dropped, it is broken off in the background.
class WebdavStream {
 public:
  /// `target`: a path on the server. `permit`: of Client::uploads().
  WebdavStream(OpContext context, std::shared_ptr<WebdavSite> site, std::string target,
               std::uint64_t size, webdav::PutOptions options, Semaphore::Permit permit);
  ~WebdavStream();
  WebdavStream(const WebdavStream&) = delete;
  WebdavStream& operator=(const WebdavStream&) = delete;

  /// Throws what the request came to, if it has ended.
  Task<> write(Bytes bytes);
  Task<webdav::PutResult> finish();
  /// Breaks it off, and waits until that is done.
  Task<> stop();

 private:
  struct State;
  static Task<> run(std::shared_ptr<State> state);
  static Task<> send(std::shared_ptr<State> state);

  std::shared_ptr<State> state_;
};

}  // namespace sluice
