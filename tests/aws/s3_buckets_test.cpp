#include <doctest/doctest.h>

#include "sluice/aws/s3_client.hpp"
#include "sluice/codec/date.hpp"
#include "sluice/core/error.hpp"
#include "support/fake_http.hpp"
#include "support/run.hpp"

namespace sluice::aws {
namespace {

std::string buckets_answer(std::string_view inside) {
  std::string text = "<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
  return text.append(inside).append("</ListAllMyBucketsResult>");
}

std::string one_bucket(std::string_view name) {
  std::string text = "<Buckets><Bucket><Name>";
  text.append(name).append("</Name><CreationDate>2025-05-28T10:00:00.000Z</CreationDate>");
  return text += "</Bucket></Buckets>";
}

Task<> list_into(Runtime& runtime, std::shared_ptr<test::FakeHttp> http,
                 std::vector<ListedBucket>& buckets) {
  S3ClientOptions options;
  options.endpoint.region = "eu-west-1";
  S3Client client(runtime, std::move(http), make_static_credentials({}), std::move(options));
  buckets = co_await client.list_buckets(runtime.context());
}

std::vector<ListedBucket> list(std::shared_ptr<test::FakeHttp> http) {
  std::vector<ListedBucket> buckets;
  auto job = [http, &buckets](Runtime& runtime) { return list_into(runtime, http, buckets); };
  test::run(job);
  return buckets;
}

}  // namespace

TEST_CASE("a list of buckets gives names, times and the token of the next page") {
  const BucketsPage page = parse_buckets_page(buckets_answer(
      "<Owner><ID>o</ID></Owner><Buckets><Bucket><Name>one</Name>"
      "<CreationDate>2025-05-28T10:00:00.000Z</CreationDate></Bucket>"
      "<Bucket><Name>two</Name></Bucket></Buckets><ContinuationToken>t</ContinuationToken>"));
  REQUIRE(page.buckets.size() == 2);
  CHECK(page.buckets[0].name == "one");
  CHECK(page.buckets[0].created == codec::parse_iso8601("2025-05-28T10:00:00Z"));
  CHECK(page.buckets[1].name == "two");
  CHECK_FALSE(page.buckets[1].created);
  CHECK(page.next_token == "t");
  CHECK(parse_buckets_page(buckets_answer("<Buckets/>")).buckets.empty());
  CHECK(parse_buckets_page(buckets_answer("")).next_token.empty());
  CHECK_THROWS_AS(parse_buckets_page(buckets_answer("<Buckets><Bucket/></Buckets>")), Error);
  CHECK_THROWS_AS(parse_buckets_page("<Other/>"), Error);
}

TEST_CASE("buckets are asked of the service, page by page") {
  const auto http = std::make_shared<test::FakeHttp>();
  http->then(
      {.body = buckets_answer(one_bucket("one") + "<ContinuationToken>a/b</ContinuationToken>")});
  http->then({.body = buckets_answer(one_bucket("two"))});
  const std::vector<ListedBucket> buckets = list(http);
  REQUIRE(buckets.size() == 2);
  CHECK(buckets[0].name == "one");
  CHECK(buckets[1].name == "two");
  REQUIRE(http->seen().size() == 2);
  CHECK(http->seen()[0].endpoint.host == "s3.eu-west-1.amazonaws.com");
  CHECK(http->seen()[0].target == "/");
  CHECK(http->seen()[1].target == "/?continuation-token=a%2Fb");
}

TEST_CASE("a server that names next pages without end is refused") {
  const auto http = std::make_shared<test::FakeHttp>();
  http->then({.body = buckets_answer("<Buckets/><ContinuationToken>t</ContinuationToken>")});
  CHECK_THROWS_AS(list(http), Error);
}

}  // namespace sluice::aws
