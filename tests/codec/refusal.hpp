#pragma once

#include <doctest/doctest.h>

#include <optional>

#include "sluice/core/error.hpp"

namespace sluice::codec::test {

/// The code with which `parse()` refuses what it calls "the document", saying why.
template <class Parse>
std::optional<ErrorCode> refusal_of(Parse parse) {
  try {
    parse();
  } catch (const Error& error) {
    CHECK(error.subject() == "the document");
    CHECK_FALSE(error.message().empty());
    return error.code();
  }
  return std::nullopt;
}

}  // namespace sluice::codec::test
