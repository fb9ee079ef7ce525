#include "s3/copy_source.hpp"

#include <algorithm>

#include "s3/conditions.hpp"
#include "s3/error.hpp"
#include "sluice/codec/percent.hpp"

namespace sluice::lab {
namespace {

S3Error bad_source(std::string_view text) {
  return invalid_argument(
      "Copy Source must mention the source bucket and key: sourcebucket/sourcekey",
      "x-amz-copy-source", std::string(text));
}

CopySource parse_source(std::string_view field) {
  auto path = field.substr(0, field.find('?'));
  const auto query = Query(field.substr(std::min(path.size() + 1, field.size())));
  if (path.starts_with('/')) path.remove_prefix(1);
  auto decoded = codec::percent_decode(path, codec::Plus::literal);
  if (!decoded) throw bad_source(field);
  const auto slash = decoded->find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == decoded->size())
    throw bad_source(field);
  const auto* version = query.find("versionId");
  if (version && *version != "null")
    throw S3Error(404, "NoSuchVersion", "There is no such version.");
  return {
      .bucket = decoded->substr(0, slash), .key = decoded->substr(slash + 1), .object = nullptr};
}

/// Whether an object of this storage may point at the blob: a disk keeps only what it can find
/// again.
bool can_share(S3World& world, const Content& content) {
  return !world.store.storage().keeps_records() ||
         std::ranges::none_of(content.pieces(),
                              [](const Piece& piece) { return piece.blob->id().empty(); });
}

}  // namespace

CopySource find_copy_source(S3World& world, const S3Request& request) {
  auto source = parse_source(request.field("x-amz-copy-source"));
  const auto* bucket = world.store.find_bucket(source.bucket);
  if (!bucket) throw no_such_bucket(source.bucket);
  source.object = bucket->objects.find(source.key);
  if (!source.object) throw no_such_key(source.key);
  check_read_conditions(*request.head, *source.object, "x-amz-copy-source-");
  if (source.object->archived())
    throw S3Error(403, "ObjectNotInActiveTierError",
                  "The source object of the COPY action is not in the active tier.");
  bucket_of(world, request);
  return source;
}

CopiedContent copy_content(S3World& world, const Content& source, ChecksumAlgorithm algorithm) {
  CopiedContent copy;
  ChecksumMeter meter(algorithm);
  codec::Hasher md5(codec::HashKind::md5);
  const bool want_md5 = world.options.etags == EtagKind::md5;
  std::unique_ptr<BlobWriter> writer;
  if (!can_share(world, source)) writer = world.store.storage().create_blob(source.size());
  for_each_block(source, [&](Bytes block) {
    meter.update(block);
    if (want_md5) md5.update(block);
    if (writer) writer->write(block);
  });
  copy.content = writer ? Content::of(writer->finish()) : source;
  if (want_md5) copy.md5 = md5.finish();
  copy.checksum = {
      .algorithm = algorithm, .type = ChecksumType::full_object, .value = meter.finish()};
  return copy;
}

}  // namespace sluice::lab
