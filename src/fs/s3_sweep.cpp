#include <optional>

#include "fs/s3_multipart.hpp"
#include "sluice/codec/percent.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

/// The part of `text` before `mark`, which is cut off too.
std::string_view take_before(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  const std::string_view taken = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + mark.size());
  return taken;
}

std::optional<std::string> decoded(std::string_view text) {
  return codec::percent_decode(text, codec::Plus::literal);
}

}  // namespace

std::string multipart_subject(const aws::S3Upload& upload, std::string_view origin) {
  std::string text = "s3://" + upload.object.bucket + "/";
  codec::append_percent_encoded(text, upload.object.key, codec::Slash::keep);
  text += "?uploadId=";
  codec::append_percent_encoded(text, upload.id, codec::Slash::encode);
  text += "&endpoint=";
  codec::append_percent_encoded(text, origin, codec::Slash::encode);
  return text;
}

std::optional<MultipartSubject> parse_multipart_subject(std::string_view text) {
  constexpr std::string_view scheme = "s3://";
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  std::string bucket(take_before(text, "/"));
  const auto key = decoded(take_before(text, "?uploadId="));
  const auto id = decoded(take_before(text, "&endpoint="));
  const auto origin = decoded(text);
  if (bucket.empty() || !key || key->empty() || !id || id->empty() || !origin) return std::nullopt;
  return MultipartSubject{
      .upload = {.object = {.bucket = std::move(bucket), .key = *key}, .id = *id},
      .origin = *origin};
}

Task<std::size_t> sweep_multipart(OpContext context, aws::S3Client& client,
                                  std::shared_ptr<TemporaryJournal> journal) {
  std::size_t gone = 0;
  const std::vector<Temporary> orphans = co_await journal->orphans();
  for (const Temporary& orphan : orphans) {
    if (orphan.kind != "multipart") continue;
    const auto subject = parse_multipart_subject(orphan.subject);
    if (!subject || subject->origin != client.origin()) continue;
    try {
      co_await client.abort_upload(context, subject->upload);
      journal->forget(orphan);
      ++gone;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) throw;
      context.log.warn("An upload that a dead process left could not be aborted",
                       {{"upload", orphan.subject}, {"error", error.what()}});
    }
  }
  co_return gone;
}

}  // namespace sluice
