#include "fs/s3_multipart.hpp"

#include <utility>

#include "sluice/core/error.hpp"

namespace sluice {
namespace {

/// Of uploads whose abort failed, as many are tried again with each new one, and held at most; of
/// others the journal knows.
constexpr std::size_t earlier_a_turn = 2, most_unaborted = 1000;

Temporary journal_entry(const S3Root& root, const aws::S3Upload& upload) {
  return {.kind = "multipart", .subject = multipart_subject(upload, root.client().origin())};
}

void forget_upload(S3Root& root, const aws::S3Upload& upload) {
  if (root.options.journal) root.options.journal->forget(journal_entry(root, upload));
}

}  // namespace

S3Multipart::S3Multipart(S3Root& root, OpContext context, aws::S3Location object)
    : root_(root),
      context_(std::move(context)),
      upload_{.object = std::move(object), .id = {}},
      tasks_(root.runtime.executor()) {}

Task<> S3Multipart::begin(aws::S3Attributes attributes, aws::MultipartChecksum checksum) {
  checksum_ = checksum;
  abort_earlier(root_);
  aws::S3Location object = upload_.object;
  upload_ = co_await root_.client().create_upload(context_, std::move(object),
                                                  std::move(attributes), checksum);
  if (!root_.options.journal) co_return;
  Temporary entry = journal_entry(root_, upload_);
  co_await root_.options.journal->record(std::move(entry));
}

void S3Multipart::forget() {
  forget_upload(root_, upload_);
}

std::uint32_t S3Multipart::next_number() {
  if (parts_.size() == aws::s3_max_parts) {
    throw Error(ErrorCode::invalid_input, "UploadPart", to_string(upload_.object),
                "more bytes than 10,000 parts can hold");
  }
  parts_.emplace_back();
  return static_cast<std::uint32_t>(parts_.size());
}

Task<> S3Multipart::add(PartBuffers::Buffer buffer, std::size_t size) {
  co_await tasks_.wait_below(root_.options.parallel_parts);
  if (tasks_.failed()) co_await tasks_.join();  // throws
  const std::uint32_t number = next_number();
  size_ += size;
  tasks_.spawn(upload_part(number, std::move(buffer), size));
}

Task<> S3Multipart::add_copy(aws::S3Location from, aws::ByteRange range, aws::CopyOptions options) {
  co_await tasks_.wait_below(root_.options.parallel_parts);
  if (tasks_.failed()) co_await tasks_.join();  // throws
  const std::uint32_t number = next_number();
  size_ += *range.last - range.first + 1;
  tasks_.spawn(copy_part(number, std::move(from), range, std::move(options)));
}

Task<> S3Multipart::upload_part(std::uint32_t number, PartBuffers::Buffer buffer,
                                std::size_t size) {
  const Bytes bytes = Bytes(buffer.all()).first(size);
  aws::PartResult result = co_await root_.client().upload_part(context_, upload_, number, bytes);
  Part& part = parts_[number - 1];
  part.completed = std::move(result.part);
  part.checksum = std::move(result.checksum);
}

Task<> S3Multipart::copy_part(std::uint32_t number, aws::S3Location from, aws::ByteRange range,
                              aws::CopyOptions options) {
  parts_[number - 1].completed = co_await root_.client().copy_part(
      context_, upload_, number, std::move(from), range, std::move(options));
}

Task<> S3Multipart::join() {
  return tasks_.join();
}

Task<aws::PutResult> S3Multipart::complete(aws::WriteCondition condition) {
  std::vector<aws::CompletedPart> completed;
  completed.reserve(parts_.size());
  for (const Part& part : parts_)
    completed.push_back(part.completed);
  aws::CompleteOptions options{.algorithm = checksum_,
                               .size = size_,
                               .checksum = whole_checksum(),
                               .condition = std::move(condition)};
  aws::PutResult result = co_await root_.client().complete_upload(
      context_, upload_, std::move(completed), std::move(options));
  forget();
  co_return result;
}

std::string S3Multipart::whole_checksum() const {
  if (!checksum_.full_object()) return {};
  aws::Checksum whole(checksum_.algorithm);
  for (const Part& part : parts_)
    whole.append(part.checksum);
  return whole.base64();
}

void S3Multipart::discard(std::unique_ptr<S3Multipart> upload) {
  S3Root& root = upload->root_;
  root.background.clean_up("abort a multipart upload", abort(std::move(upload)));
}

Task<> S3Multipart::abort(std::unique_ptr<S3Multipart> upload) {
  upload->tasks_.cancel();
  try {
    co_await upload->tasks_.join();
  } catch (...) {
    // Its failure was told to the upload's owner.
  }
  if (upload->upload_.id.empty()) co_return;  // was never created
  co_await abort_at_server(upload->root_, upload->upload_);
}

void S3Multipart::abort_earlier(S3Root& root) {
  for (std::size_t turn = 0; turn < earlier_a_turn && !root.unaborted.empty(); ++turn) {
    aws::S3Upload earlier = std::move(root.unaborted.front());
    root.unaborted.pop_front();
    root.background.clean_up("abort an earlier multipart upload",
                             abort_at_server(root, std::move(earlier)));
  }
}

Task<> S3Multipart::abort_at_server(S3Root& root, aws::S3Upload upload) {
  std::exception_ptr failed;
  try {
    co_await root.client().abort_upload(root.background.context(), upload);
  } catch (...) {
    failed = std::current_exception();
  }
  if (!failed) {
    forget_upload(root, upload);
    co_return;
  }
  if (root.unaborted.size() < most_unaborted) root.unaborted.push_back(std::move(upload));
  std::rethrow_exception(failed);
}

}  // namespace sluice
