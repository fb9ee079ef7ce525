#include "sluice/flow/transfer.hpp"

#include <fmt/format.h>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <typeinfo>

#include "sluice/async/errors.hpp"
#include "sluice/codec/media_type.hpp"

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

// The storage's own key may be unknown to the other one: as with S3's own copies, the destination
// decides how its files are encrypted, and how they are locked.
bool stays_behind(std::string_view header) {
  return header.starts_with("x-amz-server-side-encryption") ||
         header.starts_with("x-amz-object-lock-");
}

std::shared_ptr<const FileExtras> carried_over(const std::shared_ptr<const FileExtras>& extras) {
  if (!extras) return extras;
  auto carried = std::make_shared<FileExtras>(*extras);
  carried->encryption.clear();
  carried->encryption_key_id.clear();
  std::erase_if(carried->headers, [](const auto& header) { return stays_behind(header.first); });
  return carried;
}

// `what` lives in the caller's frame, which awaits this.
Task<FileInfo> stream(OpContext context, Transfer& what) {
  ReadOptions read;
  read.if_match = what.file.etag;
  read.known = what.file;
  const bool between_stores =
      !what.source->capabilities().sets_mtime && !what.destination->capabilities().sets_mtime;
  read.extras = between_stores;
  const auto source = co_await what.source->open(context, what.file.path, std::move(read));
  what.options.size = source->info().size;
  if (between_stores && !what.options.extras)
    what.options.extras = carried_over(source->info().extras);
  const auto sink = co_await what.destination->create(context, what.path, what.options);
  co_return co_await pour(context, *source, *sink, what.on_bytes);
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

WriteOptions options_for_copy(const FileSystem& source, const FileSystem& destination,
                              const FileInfo& file, std::shared_ptr<const FileExtras> attributes) {
  WriteOptions options;
  options.extras = std::move(attributes);
  const bool to_store = !destination.capabilities().sets_mtime;
  if (to_store && !source.capabilities().sets_mtime) return options;
  options.mtime = file.mtime;
  if (!to_store || (options.extras && !options.extras->content_type.empty())) return options;
  auto extras = options.extras ? std::make_shared<FileExtras>(*options.extras)
                               : std::make_shared<FileExtras>();
  extras->content_type = codec::media_type_of(file.path);
  options.extras = std::move(extras);
  return options;
}

Task<FileInfo> transfer(OpContext context, Transfer what) {
  std::optional<Error> failed;
  try {
    std::optional<FileInfo> copied;
    if (typeid(*what.destination) == typeid(*what.source)) {
      copied = co_await what.destination->copy_from(context, *what.source, what.file, what.path,
                                                    what.options);
    }
    if (!copied) co_return co_await stream(context, what);
    if (what.on_bytes) what.on_bytes(copied->size);
    co_return std::move(*copied);
  } catch (...) {
    failed = error_from(std::current_exception());
  }
  failed->within(fmt::format("while copying {}{} to {}{}", what.source->describe(), what.file.path,
                             what.destination->describe(), what.path));
  throw *failed;
}

}  // namespace sluice
