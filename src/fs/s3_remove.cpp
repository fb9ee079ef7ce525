#include "fs/s3_remove.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sluice/async/task_group.hpp"
#include "sluice/aws/aws_error.hpp"
#include "sluice/core/error.hpp"

namespace sluice {
namespace {

constexpr std::size_t parallel_requests = 4;

Error failure_of(const aws::S3Location& object, const aws::DeleteFailure& failure) {
  // The status that S3 gives such a code does not come with it.
  const int status = failure.code == "AccessDenied" ? 403 : 500;
  Error error(aws::classify(failure.code, status), "DeleteObjects", to_string(object),
              failure.message);
  error.with_server(failure.code, "");
  return error;
}

Task<> remove_batch(S3Root& root, OpContext context, std::vector<std::string> paths,
                    RemoveResult& result) {
  std::vector<std::string> keys;
  keys.reserve(paths.size());
  for (const std::string& path : paths)
    keys.push_back(root.options.prefix + path);
  std::vector<aws::DeleteFailure> failures;
  try {
    failures =
        co_await root.client().remove_all(std::move(context), root.options.bucket, std::move(keys));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::cancelled) throw;
    for (std::string& path : paths)
      result.failures.push_back({.path = std::move(path), .error = error});
    co_return;
  }
  result.removed += paths.size() - std::min(failures.size(), paths.size());
  for (const aws::DeleteFailure& failure : failures) {
    const aws::S3Location object{.bucket = root.options.bucket, .key = failure.key};
    const bool ours = failure.key.starts_with(root.options.prefix);
    std::string path = ours ? failure.key.substr(root.options.prefix.size()) : failure.key;
    result.failures.push_back({.path = std::move(path), .error = failure_of(object, failure)});
  }
}

}  // namespace

Task<RemoveResult> remove_objects(S3Root& root, OpContext context, std::vector<std::string> paths) {
  RemoveResult result;
  const auto remove_batches = [&](TaskGroup& group) -> Task<> {
    for (auto begin = paths.begin(); begin != paths.end();) {
      co_await group.wait_below(parallel_requests);
      const auto end = begin + std::min<std::ptrdiff_t>(paths.end() - begin, aws::s3_max_deletes);
      std::vector<std::string> batch(std::make_move_iterator(begin), std::make_move_iterator(end));
      group.spawn(remove_batch(root, context, std::move(batch), result));
      begin = end;
    }
  };
  co_await with_children(remove_batches);
  co_return result;
}

}  // namespace sluice
