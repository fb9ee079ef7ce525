#pragma once

#include <string>
#include <utility>

#include "fs/s3_root.hpp"
#include "sluice/core/error.hpp"

namespace sluice {

/// A tag that no object has: a write with this If-Match must fail.
inline constexpr std::string_view impossible_tag = "00000000000000000000000000000000";

/// Throws Error{conflict} unless the object is as `options` expects it. Returns its tag ("" if it
/// must not be there).
Task<std::string> check_expected(S3Root& root, OpContext context, std::string path,
                                 WriteOptions options);

/// The Error{conflict} for an object that is not as expected.
Error changed_meanwhile(const aws::S3Location& object, std::string_view reason);

/// Runs `write` (a callable that takes an aws::WriteCondition and returns Task<aws::PutResult>; it
/// may be called twice) guarded as WriteOptions::expected and must_not_exist ask. `support` is what
/// the endpoint was seen to do with If-Match on this operation.
template <class Write>
Task<aws::PutResult> guarded_write(S3Root& root, OpContext context, std::string path,
                                   WriteOptions options, aws::IfMatchSupport& support,
                                   Write write) {
  using aws::IfMatchSupport;
  aws::WriteCondition condition;
  if (options.must_not_exist) {
    co_await check_expected(root, context, path, options);
    condition.if_absent = true;
  } else if (options.expected) {
    condition.if_match = options.expected->etag;
    const bool known = support == IfMatchSupport::honoured && !condition.if_match.empty();
    if (!known) condition.if_match = co_await check_expected(root, context, path, options);
    if (support == IfMatchSupport::unknown) {
      // The HEAD has just shown that the write may be done; a server that ignores the wrong tag
      // does it.
      support = IfMatchSupport::probing;
      IfMatchSupport seen = IfMatchSupport::unknown;
      std::exception_ptr failed;
      try {
        aws::WriteCondition wrong{.if_match = std::string(impossible_tag), .if_absent = false};
        aws::PutResult written = co_await write(std::move(wrong));
        support = IfMatchSupport::ignored;
        co_return written;
      } catch (const Error& error) {
        if (error.status() == 412) seen = IfMatchSupport::honoured;
        if (error.code() == ErrorCode::unsupported) seen = IfMatchSupport::ignored;
        if (seen == IfMatchSupport::unknown) failed = std::current_exception();
      } catch (...) {
        failed = std::current_exception();
      }
      support = seen;
      if (failed) std::rethrow_exception(failed);
    }
    if (support != IfMatchSupport::honoured) condition.if_match.clear();
  }
  const bool guarded = condition.any();
  std::optional<Error> gone;
  try {
    aws::PutResult written = co_await write(std::move(condition));
    co_return written;
  } catch (const Error& error) {
    // If-Match on an object that was deleted: S3 answers 404 NoSuchKey.
    if (!guarded || error.server_code() != "NoSuchKey") throw;
    gone = error;
  }
  throw changed_meanwhile(root.location_of(path), "it is gone").caused_by(*gone);
}

}  // namespace sluice
