#include <doctest/doctest.h>

#include <algorithm>

#include "session.hpp"

namespace sluice::test {

TEST_CASE("a bucket is among those that the service lists, with its time") {
  with_session([](Session& session) -> Task<> {
    const std::vector<aws::ListedBucket> buckets =
        co_await session.client->list_buckets(session.context());
    const auto found = std::ranges::find(buckets, session.bucket, &aws::ListedBucket::name);
    REQUIRE(found != buckets.end());
    CHECK(found->created.has_value());
  });
}

}  // namespace sluice::test
