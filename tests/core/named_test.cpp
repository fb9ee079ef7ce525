#include "sluice/core/named.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <type_traits>

#include "sluice/core/secret.hpp"

namespace {

using Bucket = sluice::Named<struct BucketTag>;
using Key = sluice::Named<struct KeyTag>;

}  // namespace

TEST_CASE("named: strings of different kinds do not mix") {
  static_assert(!std::is_convertible_v<Bucket, Key>);
  static_assert(!std::is_constructible_v<Bucket, Key>);
  static_assert(!std::is_convertible_v<std::string, Bucket>);
  CHECK(Bucket("b").str() == "b");
}

TEST_CASE("named: names compare as their texts") {
  CHECK(Bucket("a") == Bucket("a"));
  CHECK(Bucket("a") < Bucket("b"));
  CHECK(Bucket().empty());
}

TEST_CASE("secret: it is shown as stars and revealed only on demand") {
  const sluice::Secret secret("hunter2");
  CHECK(fmt::format("{}", secret) == "***");
  CHECK(fmt::format("{}", sluice::Secret()) == "***");
  CHECK(secret.reveal() == "hunter2");
  CHECK(secret == sluice::Secret("hunter2"));
  CHECK_FALSE(secret.empty());
}
