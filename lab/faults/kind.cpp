#include "faults/kind.hpp"

#include <algorithm>
#include <array>

namespace sluice::lab {
namespace {

constexpr OperationSet listings =
    bit_of(Operation::list_objects) | bit_of(Operation::list_objects_v2);
constexpr OperationSet v2_listing = bit_of(Operation::list_objects_v2);
constexpr OperationSet reads = bit_of(Operation::get_object);
constexpr OperationSet uploads = bit_of(Operation::put_object) | bit_of(Operation::upload_part);
/// The operations that S3 starts to answer with 200 before it knows how they end.
constexpr OperationSet late_failures = bit_of(Operation::copy_object) |
                                       bit_of(Operation::upload_part_copy) |
                                       bit_of(Operation::complete_multipart_upload);
constexpr OperationSet checksummed = reads | uploads | late_failures;
constexpr OperationSet tagged = checksummed | bit_of(Operation::head_object) | listings;
constexpr OperationSet conditional =
    bit_of(Operation::put_object) | bit_of(Operation::copy_object) |
    bit_of(Operation::delete_object) | bit_of(Operation::complete_multipart_upload);

using enum FaultKind;

constexpr std::array<FaultKindInfo, fault_kind_count> kinds{{
    {latency, "latency", "TIME or LOW..HIGH", "waits before it answers", FaultSlot::latency,
     all_operations, true},
    {upload_bandwidth, "upload-bandwidth", "BYTES", "reads the request's body at BYTES a second",
     FaultSlot::upload_bandwidth, uploads, true},
    {download_bandwidth, "download-bandwidth", "BYTES", "sends the answer at BYTES a second",
     FaultSlot::download_bandwidth, all_operations, true},
    {trickle, "trickle", "TIME", "sends the answer's body a byte each TIME",
     FaultSlot::download_bandwidth, all_operations, true},
    {error, "error", "CODE or STATUS",
     "does nothing and answers CODE (SlowDown), or STATUS with HTML as proxies do (502)",
     FaultSlot::answer, all_operations, false},
    {late_error, "late-error", "CODE or STATUS", "does what was asked, then answers an error",
     FaultSlot::answer, all_operations, false},
    {error_in_200, "error-in-200", "CODE", "does nothing and answers CODE with status 200",
     FaultSlot::answer, late_failures, false},
    {wrong_region, "wrong-region", "301, 307 or 400",
     "sends who signs for another region than region= (the lab's own) there", FaultSlot::answer,
     all_operations, false},
    {expired_token, "expired-token", "",
     "from the chosen request on, its credentials have expired (count=1 unless given)",
     FaultSlot::answer, all_operations, false},
    {clock_skew, "clock-skew", "TIME or -TIME", "has a clock that is so much ahead or behind",
     FaultSlot::clock, all_operations, false},
    {reset, "reset", "PLACE", "resets the connection (TCP RST)", FaultSlot::end, all_operations,
     false},
    {close, "close", "PLACE", "closes the connection as if all were well", FaultSlot::end,
     all_operations, false},
    {stall, "stall", "PLACE", "keeps the connection, and neither reads nor sends any more",
     FaultSlot::end, all_operations, false},
    {overlong, "overlong", "BYTES", "sends so much more than Content-Length says",
     FaultSlot::overlong, reads | listings, false},
    {corrupt, "corrupt", "", "flips a bit in the middle of the answer's body", FaultSlot::corrupt,
     reads, false},
    {wrong_checksum, "wrong-checksum", "", "answers another checksum than the object's",
     FaultSlot::checksum, checksummed, false},
    {wrong_etag, "wrong-etag", "", "answers another ETag than the object's", FaultSlot::etag,
     tagged, false},
    {list_page_size, "list-page-size", "N", "lists at most N entries a page (S3 may)",
     FaultSlot::page_size, listings, true},
    {list_disorder, "list-disorder", "", "lists the entries of a page in descending order",
     FaultSlot::order, listings, false},
    {list_repeat_token, "list-repeat-token", "",
     "gives the continuation token it was asked with, again", FaultSlot::token, v2_listing, false},
    {list_encoding, "list-encoding", "percent or none",
     "writes %20 for a space (S3: +), or ignores encoding-type=url", FaultSlot::encoding, listings,
     false},
    {ignore_conditions, "ignore-conditions", "", "writes whatever If-Match and If-None-Match say",
     FaultSlot::conditions, conditional, false},
}};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (static_cast<std::size_t>(kinds[i].kind) != i) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const FaultKindInfo> fault_kinds() {
  return kinds;
}

const FaultKindInfo& info_of(FaultKind kind) {
  return kinds[static_cast<std::size_t>(kind)];
}

std::optional<FaultKind> fault_kind_named(std::string_view name) {
  const auto found = std::ranges::find(kinds, name, &FaultKindInfo::name);
  return found == kinds.end() ? std::nullopt : std::optional(found->kind);
}

}  // namespace sluice::lab
