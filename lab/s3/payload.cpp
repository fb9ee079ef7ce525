#include "s3/payload.hpp"

#include <algorithm>
#include <charconv>

#include "s3/error.hpp"
#include "sluice/codec/base64.hpp"
#include "sluice/codec/hex.hpp"

namespace sluice::lab {
namespace {

/// S3 refuses smaller chunks, except for the last with data.
constexpr std::uint64_t min_chunk_bytes = 8192;
constexpr std::string_view signature_extension = "chunk-signature=";

S3Error bad_digest(std::string_view what) {
  return {400, "BadDigest",
          "The " + std::string(what) + " you specified did not match the calculated checksum."};
}

S3Error incomplete_body() {
  return {400, "IncompleteBody", "The body is shorter than the request announced."};
}

S3Error bad_chunk_signature() {
  return {403, "SignatureDoesNotMatch",
          "The signature of a chunk is not the one calculated by the server."};
}

std::string_view value_after(std::string_view line, char separator) {
  const auto at = line.find(separator);
  auto value = at == std::string_view::npos ? std::string_view{} : line.substr(at + 1);
  while (value.starts_with(' '))
    value.remove_prefix(1);
  return value;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string empty_sha256() {
  return codec::to_hex(codec::sha256({}));
}

}  // namespace

PayloadReader::PayloadReader(const RequestHead& head, const VerifiedRequest& request,
                             Storage& storage, const PayloadOptions& options)
    : request_(request), max_bytes_(options.max_bytes) {
  encoded_ =
      request_.payload != PayloadKind::hashed && request_.payload != PayloadKind::unsigned_payload;
  if (request_.check_chunks) chunk_hash_.emplace(codec::HashKind::sha256);
  read_head(head, options);
  const auto announced = encoded_ ? decoded_length_ : number(head.value_or_empty("content-length"));
  if (announced && *announced > max_bytes_)
    throw S3Error(400, "EntityTooLarge", "The body is larger than allowed.");
  writer_ = storage.create_blob(announced.value_or(0));
}

void PayloadReader::read_head(const RequestHead& head, const PayloadOptions& options) {
  if (request_.payload == PayloadKind::hashed) sha256_.emplace(codec::HashKind::sha256);
  if (const auto md5 = head.find("content-md5")) {
    const auto raw = codec::from_base64(*md5);
    if (!raw || raw->size() != 16)
      throw S3Error(400, "InvalidDigest", "The Content-MD5 you specified is not valid.");
    expected_md5_ = *raw;
  }
  if (options.want_md5 || !expected_md5_.empty()) md5_.emplace(codec::HashKind::md5);
  if (options.verify_checksum_header) expected_checksum_ = checksum_header(head);
  if (encoded_) {
    decoded_length_ = number(head.value_or_empty("x-amz-decoded-content-length"));
    if (!decoded_length_)
      throw S3Error(411, "MissingContentLength", "x-amz-decoded-content-length is missing.");
    if (const auto trailer = head.find("x-amz-trailer")) read_trailer_name(*trailer);
  }
  if (expected_checksum_)
    meter_.emplace(expected_checksum_->algorithm);
  else if (options.checksum)
    meter_.emplace(*options.checksum);
}

void PayloadReader::read_trailer_name(std::string_view name) {
  for (const auto algorithm : all_checksum_algorithms) {
    if (!same_name(name, header_of(algorithm))) continue;
    if (expected_checksum_)
      throw invalid_request("A checksum is announced both as a header and as a trailer.");
    expected_checksum_ = Checksum{.algorithm = algorithm};
    trailer_name_ = header_of(algorithm);
    return;
  }
  throw invalid_request("The value specified in the x-amz-trailer header is not supported");
}

void PayloadReader::write(Bytes piece) {
  if (encoded_)
    write_encoded(piece);
  else
    take(piece);
}

void PayloadReader::take(Bytes data) {
  size_ += data.size();
  if (size_ > max_bytes_) throw S3Error(400, "EntityTooLarge", "The body is larger than allowed.");
  if (sha256_) sha256_->update(data);
  if (md5_) md5_->update(data);
  if (meter_) meter_->update(data);
  writer_->write(data);
}

void PayloadReader::write_encoded(Bytes piece) {
  while (!parser_.done()) {
    const auto event = parser_.next(piece);
    piece = piece.subspan(event.consumed);
    on_event(event);
    if (event.kind == ChunkedParser::Kind::need_more && piece.empty()) return;
  }
  if (!piece.empty()) throw invalid_request("Bytes follow the last chunk.");
}

void PayloadReader::on_event(const ChunkedParser::Event& event) {
  switch (event.kind) {
    case ChunkedParser::Kind::chunk_start:
      return on_chunk_start(event);
    case ChunkedParser::Kind::data:
      if (chunk_hash_) chunk_hash_->update(event.data);
      return take(event.data);
    case ChunkedParser::Kind::chunk_end:
      return check_chunk();
    case ChunkedParser::Kind::trailer:
      return on_trailer(event.text);
    default:
      return;
  }
}

void PayloadReader::on_chunk_start(const ChunkedParser::Event& event) {
  if (event.size > 0 && chunks_ > 0 && last_chunk_size_ < min_chunk_bytes)
    throw S3Error(403, "InvalidChunkSizeError",
                  "Only the last chunk is allowed to have a size less than 8192 bytes");
  last_chunk_size_ = event.size;
  ++chunks_;
  if (!request_.check_chunks) return;
  if (!event.text.starts_with(signature_extension)) throw bad_chunk_signature();
  chunk_signature_ = event.text.substr(signature_extension.size());
  if (event.size == 0) check_chunk();
}

void PayloadReader::check_chunk() {
  if (!request_.check_chunks) return;
  auto to_sign = "AWS4-HMAC-SHA256-PAYLOAD\n" + request_.timestamp + '\n' + request_.scope + '\n' +
                 request_.signature;
  to_sign += '\n' + empty_sha256() + '\n' + codec::to_hex(as_bytes(chunk_hash_->finish()));
  chunk_hash_->reset();
  if (hmac_hex(request_.signing_key, to_sign) != chunk_signature_) throw bad_chunk_signature();
  request_.signature = chunk_signature_;
}

void PayloadReader::on_trailer(std::string_view line) {
  const auto name = line.substr(0, line.find(':'));
  const auto value = value_after(line, ':');
  if (same_name(name, "x-amz-trailer-signature")) return check_trailer_signature(value);
  if (trailer_name_.empty() || !same_name(name, trailer_name_))
    throw S3Error(400, "MalformedTrailerError",
                  "The trailer is not the one x-amz-trailer announced.");
  expected_checksum_->value = value;
  trailers_.append(trailer_name_).append(":").append(value).append("\n");
}

void PayloadReader::check_trailer_signature(std::string_view given) {
  trailer_signature_seen_ = true;
  if (!request_.check_chunks) return;
  auto to_sign = "AWS4-HMAC-SHA256-TRAILER\n" + request_.timestamp + '\n' + request_.scope + '\n' +
                 request_.signature;
  to_sign += '\n' + codec::to_hex(codec::sha256(as_bytes(trailers_)));
  if (hmac_hex(request_.signing_key, to_sign) != given) throw bad_chunk_signature();
}

void PayloadReader::check_end() const {
  if (encoded_ && (!parser_.done() || size_ != *decoded_length_)) throw incomplete_body();
  if (request_.check_chunks && request_.payload == PayloadKind::streaming_signed_trailer &&
      !trailer_signature_seen_)
    throw bad_chunk_signature();
  if (expected_checksum_ && expected_checksum_->value.empty())
    throw S3Error(400, "MalformedTrailerError",
                  "The checksum that x-amz-trailer announced is missing.");
}

ReadPayload PayloadReader::finish() {
  check_end();
  if (sha256_ && codec::to_hex(as_bytes(sha256_->finish())) != request_.payload_sha256)
    throw S3Error(400, "XAmzContentSHA256Mismatch",
                  "The provided x-amz-content-sha256 does not match what was computed.");
  ReadPayload read{.size = size_};
  if (md5_) read.md5 = md5_->finish();
  if (!expected_md5_.empty() && read.md5 != expected_md5_) throw bad_digest("Content-MD5");
  if (meter_) read.checksum = Checksum{.algorithm = meter_->algorithm(), .value = meter_->finish()};
  if (expected_checksum_ && read.checksum->value != expected_checksum_->value)
    throw bad_digest(name_of(expected_checksum_->algorithm));
  read.blob = writer_->finish();
  return read;
}

}  // namespace sluice::lab
