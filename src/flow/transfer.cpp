#include "sluice/flow/transfer.hpp"

#include <fmt/format.h>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/cancellation_type.hpp>
#include <typeinfo>

#include "sluice/async/errors.hpp"
#include "sluice/codec/media_type.hpp"

namespace sluice {
namespace {

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

Task<OpenCopy> open_both(OpContext context, const Transfer& what) {
  ReadOptions read;
  read.if_match = what.file.etag;
  read.known = what.file;
  const bool between_stores =
      !what.source->capabilities().sets_mtime && !what.destination->capabilities().sets_mtime;
  read.extras = between_stores;
  OpenCopy copy;
  copy.source = co_await what.source->open(context, what.file.path, std::move(read));
  WriteOptions options = what.options;
  options.size = copy.source->info().size;
  if (between_stores && !options.extras) options.extras = carried_over(copy.source->info().extras);
  copy.sink = co_await what.destination->create(context, what.path, std::move(options));
  co_return copy;
}

// `what` lives in the caller's frame, which awaits this.
Task<FileInfo> stream(OpContext context, const Transfer& what) {
  const auto begin = [&] { return open_both(context, what); };
  co_return co_await pour_again(context, begin, what.on_bytes);
}

}  // namespace

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
