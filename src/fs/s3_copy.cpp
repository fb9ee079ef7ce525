#include "fs/s3_copy.hpp"

#include <algorithm>
#include <utility>

#include "fs/s3_guard.hpp"
#include "fs/s3_sink.hpp"
#include "fs/s3_tags.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

// Copies move no bytes through us: large parts save requests.
constexpr std::uint64_t copy_part_size = 256_MiB;

std::string first_of(const std::string& a, const std::string& b) {
  return a.empty() ? b : a;
}

struct Encryption {
  std::string kind, key_id;
};

// As S3 has it, a copy is not encrypted as its source was, but as it is told, or as its bucket
// says. A key goes with its own kind only.
Encryption encryption_of_copy(const S3Root& root, const FileInfo& from) {
  if (!root.options.encryption.empty())
    return {root.options.encryption, root.options.encryption_key_id};
  if (from.extras) return {from.extras->encryption, from.extras->encryption_key_id};
  return {};
}

void encrypt(FileExtras& extras, Encryption encryption) {
  extras.encryption = std::move(encryption.kind);
  extras.encryption_key_id = std::move(encryption.key_id);
  extras.headers.erase(std::string(aws::s3_bucket_key_header));
}

// Nor is it locked as its source was: as S3 has it for small copies.
void unlock(FileExtras& extras) {
  for (const std::string_view name :
       {aws::s3_lock_mode_header, aws::s3_lock_until_header, aws::s3_legal_hold_header})
    extras.headers.erase(std::string(name));
}

aws::CopyOptions copy_options(const S3Root& root, const FileInfo& from, const std::string& to,
                              const WriteOptions& options) {
  aws::CopyOptions copy;
  copy.source_if_match = from.etag;
  if (options.extras) {
    copy.replace = attributes_for(root, to, options);
  } else {
    // S3 gives a copy the class STANDARD unless it is told another.
    copy.storage_class =
        first_of(root.options.storage_class, from.extras ? from.extras->storage_class : "");
    Encryption encryption = encryption_of_copy(root, from);
    copy.encryption = std::move(encryption.kind);
    copy.encryption_key_id = std::move(encryption.key_id);
  }
  return copy;
}

Error source_changed(const aws::S3Location& source, const Error& cause) {
  Error error(ErrorCode::conflict, "copy", to_string(source), "the source changed meanwhile");
  return error.caused_by(cause);
}

/// The parts of a large copy get no attributes from their source: they are read first and given to
/// the new object.
Task<WriteOptions> with_source_attributes(S3Root& root, OpContext context, aws::S3Location source,
                                          FileInfo from, WriteOptions options) {
  if (options.extras) co_return options;
  aws::GetOptions plain{.range = {}, .if_match = from.etag, .version_id = {}, .checksum = false};
  auto found = co_await root.client().head(context, source, std::move(plain));
  if (!found)
    throw Error(ErrorCode::not_found, "copy", to_string(source), "there is no such object");
  if (!root.options.storage_class.empty()) found->extras.storage_class = root.options.storage_class;
  encrypt(found->extras, encryption_of_copy(root, from));
  unlock(found->extras);
  options.extras = co_await with_tags(root, std::move(context), source, std::move(found->extras));
  require_tags(source, found->head, options.extras->tags);
  co_return options;
}

Task<FileInfo> copy_by_parts(S3Root& root, OpContext context, aws::S3Location source, FileInfo from,
                             std::string to, WriteOptions options) {
  options = co_await with_source_attributes(root, context, source, from, std::move(options));
  const aws::CopyOptions copy{.source_if_match = from.etag};
  const std::uint64_t part_size = aws::part_size_for(from.size, copy_part_size);
  auto upload = std::make_unique<S3Multipart>(root, context, root.location_of(to));
  try {
    aws::S3Attributes attributes = attributes_for(root, to, options);
    co_await upload->begin(std::move(attributes), aws::MultipartChecksum());
    for (std::uint64_t offset = 0; offset < from.size; offset += part_size) {
      const aws::ByteRange range{.first = offset,
                                 .last = std::min(offset + part_size, from.size) - 1};
      co_await upload->add_copy(source, range, copy);
    }
  } catch (...) {
    S3Multipart::discard(std::move(upload));
    throw;
  }
  co_return co_await complete_object(root, std::move(context), std::move(to), std::move(options),
                                     std::move(upload));
}

Task<aws::PutResult> copy_once(S3Root& root, OpContext context, aws::S3Location from,
                               aws::S3Location to, aws::CopyOptions options) {
  std::string etag = co_await root.client().copy(std::move(context), std::move(from), std::move(to),
                                                 std::move(options));
  co_return aws::PutResult{.etag = std::move(etag)};
}

}  // namespace

Task<FileInfo> copy_object(S3Root& root, OpContext context, aws::S3Location source, FileInfo from,
                           std::string to, WriteOptions options) {
  if (from.size > aws::s3_max_single_put) {
    co_return co_await copy_by_parts(root, std::move(context), std::move(source), std::move(from),
                                     std::move(to), std::move(options));
  }
  const aws::S3Location target = root.location_of(to);
  const aws::CopyOptions copy = copy_options(root, from, to, options);
  auto write = [&root, &context, &source, &target, &copy](aws::WriteCondition) {
    return copy_once(root, context, source, target, copy);
  };
  // Hardly any server looks at If-Match on a copy: guarded by a HEAD.
  aws::IfMatchSupport support = aws::IfMatchSupport::ignored;
  std::optional<Error> failed;
  try {
    aws::PutResult result =
        co_await guarded_write(root, context, to, std::move(options), support, write);
    co_return written_file(std::move(to), from.size, std::move(result.etag));
  } catch (const Error& error) {
    if (error.status() != 412) throw;
    failed = error;
  }
  throw source_changed(source, *failed);
}

}  // namespace sluice
