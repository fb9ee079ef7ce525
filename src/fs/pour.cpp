#include "sluice/fs/pour.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"

namespace sluice {
namespace {

/// Tells of the pieces that pass.
class CountedPieces final : public PieceSink {
 public:
  CountedPieces(PieceSink& inner, const BytesPassed& on_bytes)
      : inner_(inner), on_bytes_(on_bytes) {}

  Task<void> write_at(std::uint64_t offset, Bytes bytes) override {
    co_await inner_.write_at(offset, bytes);
    if (on_bytes_) on_bytes_(bytes.size());
  }

 private:
  PieceSink& inner_;
  const BytesPassed& on_bytes_;
};

/// Reads into the sink's own buffer as long as it has one.
Task<> fill(ByteReader& reader, RoomySink& sink, const BytesPassed& on_bytes) {
  for (;;) {
    const MutableBytes room = co_await sink.room();
    if (room.empty()) co_return;
    const std::size_t size = co_await reader.read(room);
    if (size == 0) co_return;
    sink.filled(size);
    if (on_bytes) on_bytes(size);
  }
}

/// Returns the last bytes instead of writing them where the source knows that they are.
Task<Bytes> pump(ByteSource& source, ByteSink& sink, const BytesPassed& on_bytes) {
  PieceSource* const pieces = source.pieces();
  if (PieceSink* const anywhere = pieces ? sink.pieces() : nullptr) {
    CountedPieces counted(*anywhere, on_bytes);
    co_await pieces->pour(counted);
    co_return Bytes();
  }
  ByteReader* const reader = source.reader();
  if (RoomySink* const roomy = reader ? sink.roomy() : nullptr)
    co_await fill(*reader, *roomy, on_bytes);
  for (;;) {
    const Bytes bytes = co_await source.next();
    if (on_bytes && !bytes.empty()) on_bytes(bytes.size());
    if (bytes.empty() || source.ended()) co_return bytes;
    co_await sink.write(bytes);
  }
}

}  // namespace

Task<FileInfo> pour(OpContext context, ByteSource& source, ByteSink& sink, BytesPassed on_bytes) {
  std::exception_ptr thrown;
  try {
    const Bytes last = co_await pump(source, sink, on_bytes);
    co_return co_await (last.empty() ? sink.commit() : sink.commit_with(last));
  } catch (...) {
    thrown = std::current_exception();
  }
  // Cleaning up goes on even when the transfer was cancelled.
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  try {
    co_await sink.abort();
  } catch (const std::exception& error) {
    context.log.warn("A broken transfer could not be cleaned up now",
                     {{"file", source.info().path}, {"error", error.what()}});
  }
  std::rethrow_exception(thrown);
}

namespace {

constexpr int most_tries = 3;

/// Passes on what is more than before.
class Progress {
 public:
  explicit Progress(BytesPassed on_bytes) : on_bytes_(std::move(on_bytes)) {}

  void begin() { passed_ = 0; }
  void pass(std::uint64_t bytes) {
    passed_ += bytes;
    if (passed_ <= told_) return;
    if (on_bytes_) on_bytes_(passed_ - told_);
    told_ = passed_;
  }

 private:
  BytesPassed on_bytes_;
  std::uint64_t passed_ = 0, told_ = 0;
};

}  // namespace

Task<FileInfo> pour_again(OpContext context, BeginCopy begin, BytesPassed on_bytes) {
  Progress progress(std::move(on_bytes));
  for (int tries = 1;; ++tries) {
    OpenCopy copy = co_await begin();
    progress.begin();
    std::optional<Error> failure;
    try {
      co_return co_await pour(context, *copy.source, *copy.sink,
                              [&progress](std::uint64_t bytes) { progress.pass(bytes); });
    } catch (...) {
      failure = error_from(std::current_exception());
    }
    const bool again = tries < most_tries && failure->retryable() &&
                       copy.sink->worth_another_try() && failure->code() != ErrorCode::cancelled;
    if (!again) throw *failure;
    context.log.debug("A copy that broke off begins again",
                      {{"file", copy.source->info().path}, {"error", failure->what()}});
    copy = {};
    // pour() cleans up with cancellation off; a wait must be one that can be ended.
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
    co_await sleep_for(std::chrono::seconds(tries));
  }
}

}  // namespace sluice
