#include "sync_compare.hpp"

#include <algorithm>

#include "content_hash.hpp"
#include "sluice/codec/date.hpp"

namespace sluice {
namespace {

constexpr Comparison same{Likeness::same, ""};

// Times are the same when they fall into the same unit of the coarser precision: servers cut, they
// do not round.
bool same_time(TimePoint a, TimePoint b, Duration precision) {
  if (precision <= Duration(1)) return a == b;
  const auto unit = [precision](TimePoint time) {
    const auto count = time.time_since_epoch().count();
    const auto step = precision.count();
    return count >= 0 ? count / step : (count - step + 1) / step;
  };
  return unit(a) == unit(b);
}

Comparison compare_times(const FileInfo& source, const Capabilities& source_can,
                         const FileInfo& destination, const Capabilities& destination_can) {
  if (!source.mtime || !destination.mtime) return {Likeness::differs, "time unknown"};
  if (!destination_can.sets_mtime) {
    // The destination's time is that of its last upload. A source with whole seconds may have been
    // changed later in the second of that upload: a repeat is harmless, a missed change is not.
    const Duration unsure =
        source_can.mtime_precision > Duration(1) ? source_can.mtime_precision : Duration(0);
    return *destination.mtime >= *source.mtime + unsure
               ? same
               : Comparison{Likeness::differs, "source is newer"};
  }
  const Duration precision = std::max(source_can.mtime_precision, destination_can.mtime_precision);
  return same_time(*source.mtime, *destination.mtime, precision)
             ? same
             : Comparison{Likeness::differs, "time differs"};
}

std::string stored_algorithm(const FileInfo& file) {
  return file.extras ? file.extras->checksum_algorithm : "";
}

Task<std::string> hash_of(OpContext context, FileSystem& files, FileInfo file,
                          std::string algorithm) {
  if (stored_algorithm(file) == algorithm) co_return file.extras->checksum;
  co_return co_await content_hash(context, files, std::move(file), std::move(algorithm));
}

Task<FileInfo> with_extras(OpContext context, FileSystem& files, FileInfo file) {
  FindOptions find;
  find.extras = true;
  auto found = co_await files.find(context, file.path, find);
  if (!found)
    throw Error(ErrorCode::not_found, "look at", files.describe() + file.path, "it has vanished");
  co_return std::move(*found);
}

Task<Comparison> compare_contents(OpContext context, FileSystem& source, FileInfo from,
                                  FileSystem& destination, FileInfo to) {
  const FileInfo left = co_await with_extras(context, source, std::move(from));
  const FileInfo right = co_await with_extras(context, destination, std::move(to));
  std::string algorithm = stored_algorithm(right);
  if (algorithm.empty()) algorithm = stored_algorithm(left);
  if (algorithm.empty()) algorithm = "crc64nvme";
  const std::string a = co_await hash_of(context, source, left, algorithm);
  const std::string b = co_await hash_of(context, destination, right, algorithm);
  co_return a == b ? same : Comparison{Likeness::differs, "content differs"};
}

}  // namespace

Comparison compare_listed(const FileInfo& source, const Capabilities& source_can,
                          const FileInfo& destination, const Capabilities& destination_can,
                          Compare how) {
  if (source.type != destination.type) return {Likeness::differs, "type differs"};
  if (source.size != destination.size) return {Likeness::differs, "size differs"};
  switch (how) {
    case Compare::size_only:
      return same;
    case Compare::size_and_time:
      return compare_times(source, source_can, destination, destination_can);
    case Compare::checksum:
    case Compare::metadata_time:
      return {Likeness::ask, ""};
  }
  return {Likeness::ask, ""};
}

Task<std::optional<TimePoint>> original_mtime(OpContext context, FileSystem& files, FileInfo file) {
  if (files.capabilities().sets_mtime) co_return file.mtime;
  const std::optional<TimePoint> listed = file.mtime;
  const FileInfo full = co_await with_extras(context, files, std::move(file));
  if (!full.extras) co_return listed;
  const auto kept = full.extras->metadata.find("mtime");
  if (kept == full.extras->metadata.end()) co_return listed;
  const auto time = codec::parse_epoch_seconds(kept->second);
  co_return time ? time : listed;
}

Task<Comparison> compare_files(OpContext context, FileSystem& source, FileInfo from,
                               FileSystem& destination, FileInfo to, Compare how) {
  if (how == Compare::checksum) {
    co_return co_await compare_contents(context, source, std::move(from), destination,
                                        std::move(to));
  }
  const auto left = co_await original_mtime(context, source, std::move(from));
  const auto right = co_await original_mtime(context, destination, std::move(to));
  // Kept times have nanoseconds wherever they are kept in metadata; a file system's own precision
  // still limits them.
  const auto precision_of = [](FileSystem& files) {
    const Capabilities can = files.capabilities();
    return can.sets_mtime ? can.mtime_precision : Duration(1);
  };
  const Duration precision = std::max(precision_of(source), precision_of(destination));
  if (left && right && same_time(*left, *right, precision)) co_return same;
  co_return Comparison{Likeness::differs, "time differs"};
}

}  // namespace sluice
