#include "fs/sftp_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "fs/bounded.hpp"

namespace sluice {
namespace {

using sftp::Connection;
using sftp::requests::Buffer;

// From here on one connection's window may be less than the way holds.
constexpr std::uint64_t large_file = 8 * 1024 * 1024;

/// A file open on one connection. Its handle goes back however that ends.
class OpenFile {
 public:
  OpenFile(std::shared_ptr<Connection> connection, std::string handle, Semaphore::Permit permit)
      : connection_(std::move(connection)),
        handle_(std::move(handle)),
        permit_(std::move(permit)) {}
  OpenFile(OpenFile&&) = default;
  OpenFile& operator=(OpenFile&&) = delete;
  ~OpenFile() {
    if (connection_ && !handle_.empty()) connection_->close_handle(handle_);
  }

  Connection& connection() const { return *connection_; }
  const std::string& handle() const { return handle_; }

 private:
  std::shared_ptr<Connection> connection_;
  std::string handle_;
  Semaphore::Permit permit_;
};

Task<OpenFile> open_for_reading(std::shared_ptr<Connection> connection, Semaphore::Permit permit,
                                std::string full, sftp::Asked asked) {
  std::string handle =
      co_await sftp::expect_handle(connection->send_open([&full](Buffer& out, std::uint32_t id) {
        sftp::requests::open(out, id, full, sftp::open_read, {});
      }),
                                   std::move(asked));
  co_return OpenFile(std::move(connection), std::move(handle), std::move(permit));
}

Connection::Pending ask_fstat(OpenFile& file) {
  return file.connection().send(
      [&file](Buffer& out, std::uint32_t id) { sftp::requests::fstat(out, id, file.handle()); });
}

/// Bytes of the file that are on their way, or have come.
struct Chunk {
  std::uint64_t offset = 0;
  std::vector<std::byte> bytes;
  std::size_t filled = 0;
  bool empty_answer = false;
  OpenFile* from = nullptr;
  Semaphore::Permit permit;
  Connection::Pending pending;

  bool whole() const { return filled == bytes.size(); }
  /// Asks for what is missing; a server may send less than it was asked for.
  void ask() {
    pending =
        from->connection().read(from->handle(), offset + filled, std::span(bytes).subspan(filled));
  }
};

class SftpSource final : public ByteSource {
 public:
  SftpSource(OpContext context, std::shared_ptr<SftpSite> site, std::string path,
             ReadOptions options)
      : context_(std::move(context)),
        site_(std::move(site)),
        path_(std::move(path)),
        options_(std::move(options)) {}
  ~SftpSource() override { chunks_.clear(); }  // before the files that they are read from
  SftpSource(const SftpSource&) = delete;
  SftpSource& operator=(const SftpSource&) = delete;

  Task<> open() {
    if (!options_.if_match.empty())
      throw Error(ErrorCode::conflict, "open", site_->shown(path_),
                  "an SFTP server has no version tags");
    const auto step = [this]() { return open_once(); };
    co_await site_->client().retrier().run(context_, Safety::idempotent, step);
  }

  const FileInfo& info() const override { return info_; }
  bool ended() const override { return position_ == end_; }

  Task<Bytes> next() override { return bounded(site_->runtime(), context_, "read", take_next()); }

 private:
  /// On the connection with the least to do.
  Task<> open_first() {
    auto connection = co_await site_->client().connection(context_);
    Semaphore::Permit permit = co_await connection->reading().handles.acquire();
    files_.push_back(co_await open_for_reading(std::move(connection), std::move(permit),
                                               site_->full(path_), site_->asked("open", path_)));
  }

  Task<> open_once() {
    chunks_.clear();
    files_.clear();
    co_await open_first();
    Connection::Pending asked = ask_fstat(files_.front());
    if (may_be_small()) begin_small();
    learn(co_await sftp::expect_attributes(std::move(asked), site_->asked("open", path_)));
    chunk_size_ = files_.front().connection().read_size();
  }

  bool may_be_small() const {
    return options_.known && options_.offset == 0 && !options_.length && options_.known->size > 0 &&
           options_.known->size <= files_.front().connection().read_size();
  }

  // Asked for with the FSTAT: the answer to that decides whether the size was right.
  void begin_small() {
    Chunk& chunk = chunks_.emplace_back();
    chunk.bytes.resize(static_cast<std::size_t>(options_.known->size));
    chunk.from = &files_.front();
    chunk.ask();
    asked_up_to_ = chunk.bytes.size();
  }

  void learn(const sftp::Attributes& attributes) {
    auto now = file_info_of(path_, attributes, options_.extras);
    if (!now)
      throw Error(ErrorCode::protocol, "open", site_->shown(path_),
                  "the server does not say the file's size");
    if (now->type != FileType::regular)
      throw Error(ErrorCode::invalid_input, "open", site_->shown(path_), "it is no regular file");
    if (options_.known && !is_same_version(*now, *options_.known)) throw changed();
    if (pinned_ && !is_same_version(*now, info_)) throw changed();
    info_ = std::move(*now);
    if (std::exchange(pinned_, true)) return;
    if (options_.offset > info_.size)
      throw Error(ErrorCode::invalid_input, "open", site_->shown(path_),
                  "the range begins behind the end of the file");
    position_ = options_.offset;
    const std::uint64_t left = info_.size - position_;
    end_ = position_ + std::min(left, options_.length.value_or(left));
    asked_up_to_ = std::max(asked_up_to_, position_);
  }

  Error changed() const {
    return Error(ErrorCode::conflict, "read", site_->shown(path_),
                 "the file was changed by somebody else");
  }

  Task<Bytes> take_next() {
    if (position_ == end_) co_return Bytes();
    const auto step = [this]() { return fetch_first(); };
    co_await site_->client().retrier().run(context_, Safety::idempotent, step);
    if (ahead_ < site_->options().read_ahead) ahead_ *= 2;
    spare_.push_back(std::move(current_.bytes));
    current_ = std::move(chunks_.front());
    current_.permit.release();
    chunks_.pop_front();
    if (site_->limited(net::Direction::down))
      co_await site_->pass(net::Direction::down, current_.bytes.size());
    position_ += current_.bytes.size();
    if (position_ == end_) {
      const auto last = [this]() { return finish(); };
      co_await site_->client().retrier().run(context_, Safety::idempotent, last);
    }
    co_return current_.bytes;
  }

  /// Until the first chunk is whole. A failure leaves it to be asked for anew.
  Task<> fetch_first() {
    std::optional<Error> failure;
    try {
      if (files_.empty()) co_await reopen();
      co_await read_ahead();
      co_await fill(chunks_.front());
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    if (!failure) co_return;
    if (failure->retryable()) {
      // Nothing may be left that belongs to a connection which goes.
      for (Chunk& chunk : chunks_) {
        chunk.pending = {};
        chunk.permit.release();
      }
      files_.clear();
    }
    throw *failure;
  }

  Task<> reopen() {
    co_await open_first();
    learn(co_await sftp::expect_attributes(ask_fstat(files_.front()), site_->asked("open", path_)));
    for (Chunk& chunk : chunks_) {
      chunk.from = &files_.front();
      if (!chunk.whole()) chunk.ask();
    }
  }

  /// Asks for what comes next, as far ahead as there is room.
  Task<> read_ahead() {
    if (end_ - asked_up_to_ > large_file) co_await open_more();
    std::uint64_t held = asked_up_to_ - position_;
    while (asked_up_to_ < end_ && (chunks_.empty() || held + chunk_size_ <= ahead_)) {
      OpenFile& from = files_[next_file_++ % files_.size()];
      const auto size =
          static_cast<std::size_t>(std::min<std::uint64_t>(chunk_size_, end_ - asked_up_to_));
      Semaphore::Permit permit = from.connection().reading().bytes.try_acquire(size);
      if (permit.units() == 0 && !chunks_.empty()) break;
      if (permit.units() == 0) permit = co_await from.connection().reading().bytes.acquire(size);
      Chunk& chunk = chunks_.emplace_back();
      chunk.offset = asked_up_to_;
      chunk.bytes = buffer_of(size);
      chunk.from = &from;
      chunk.permit = std::move(permit);
      // Before it is asked for: if that fails, it is asked for again, and not added again.
      asked_up_to_ += size;
      held += size;
      chunk.ask();
    }
  }

  /// One that was used before need not be filled with zeros again.
  std::vector<std::byte> buffer_of(std::size_t size) {
    std::vector<std::byte> buffer;
    if (!spare_.empty()) {
      buffer = std::move(spare_.back());
      spare_.pop_back();
    }
    buffer.resize(size);
    return buffer;
  }

  bool is_open_on(const sftp::Connection& connection) const {
    return std::ranges::any_of(
        files_, [&connection](const OpenFile& file) { return &file.connection() == &connection; });
  }

  /// The same file on the other connections that there are by now.
  Task<> open_more() {
    if (!may_open_more_) co_return;
    for (const auto& connection : site_->client().widen(context_)) {
      if (is_open_on(*connection)) continue;
      // It holds one already: were all to wait for a second one, none would get it.
      Semaphore::Permit permit = connection->reading().handles.try_acquire();
      if (permit.units() > 0) co_await try_to_open_on(connection, std::move(permit));
      if (!may_open_more_) co_return;
    }
  }

  /// A server that does not open the file once more, or a connection that breaks: those that there
  /// are will do.
  Task<> try_to_open_on(std::shared_ptr<Connection> connection, Semaphore::Permit permit) {
    std::optional<Error> failure;
    try {
      co_await open_on(std::move(connection), std::move(permit));
    } catch (const Error& error) {
      failure = error;
    }
    if (!failure) co_return;
    if (failure->code() == ErrorCode::cancelled || failure->code() == ErrorCode::conflict)
      throw *failure;
    may_open_more_ = false;
    context_.log.debug("The file is not read through a further handle",
                       {{"file", site_->shown(path_)}, {"error", failure->what()}});
  }

  Task<> open_on(std::shared_ptr<Connection> connection, Semaphore::Permit permit) {
    OpenFile file = co_await open_for_reading(std::move(connection), std::move(permit),
                                              site_->full(path_), site_->asked("open", path_));
    const auto now = file_info_of(
        path_, co_await sftp::expect_attributes(ask_fstat(file), site_->asked("open", path_)),
        false);
    if (!now || !is_same_version(*now, info_)) throw changed();
    files_.push_back(std::move(file));
  }

  Task<> fill(Chunk& chunk) {
    while (!chunk.whole()) {
      if (!chunk.pending) chunk.ask();
      const auto came = co_await sftp::expect_data(chunk.pending, site_->asked("read", path_));
      chunk.pending = {};
      if (!came) throw changed();  // it ends earlier than it did
      if (*came == 0 && std::exchange(chunk.empty_answer, true))
        throw Error(ErrorCode::protocol, "read", site_->shown(path_),
                    "the server sends no bytes and no end of the file");
      chunk.filled += *came;
    }
  }

  /// Looks whether it is still the same file, and lets it go. What was read in one round trip had
  /// no time to change.
  Task<> finish() {
    std::deque<OpenFile> files = std::move(files_);
    files_.clear();
    if (info_.size <= chunk_size_) co_return;
    if (files.empty()) co_return co_await reopen();
    learn(co_await sftp::expect_attributes(ask_fstat(files.front()), site_->asked("read", path_)));
  }

  OpContext context_;
  std::shared_ptr<SftpSite> site_;
  std::string path_;
  ReadOptions options_;
  FileInfo info_;
  bool pinned_ = false;
  std::uint64_t position_ = 0, end_ = 0, asked_up_to_ = 0;
  std::size_t chunk_size_ = 0;
  std::uint64_t ahead_ = 512 * 1024;
  std::deque<OpenFile> files_;  // chunks refer to them
  std::size_t next_file_ = 0;
  bool may_open_more_ = true;
  std::deque<Chunk> chunks_;
  Chunk current_;
  std::vector<std::vector<std::byte>> spare_;
};

}  // namespace

Task<std::unique_ptr<ByteSource>> open_sftp_source(OpContext context,
                                                   std::shared_ptr<SftpSite> site, std::string path,
                                                   ReadOptions options) {
  auto source = std::make_unique<SftpSource>(std::move(context), std::move(site), std::move(path),
                                             std::move(options));
  co_await source->open();
  co_return source;
}

}  // namespace sluice
