#include "sluice/fs/scratch_file.hpp"

#include <doctest/doctest.h>

#include <string>

#include "sluice/core/error.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

TEST_CASE("ScratchFile: gives back what was appended, and has no name") {
  const test::TemporaryDirectory directory;
  ScratchFile file(directory.path());
  std::string read(8, '.');
  const MutableBytes buffer = std::as_writable_bytes(std::span(read));
  CHECK(file.read_at(buffer, 0) == 0);
  file.append(as_bytes("hello "));
  file.append(as_bytes("world"));
  CHECK(file.size() == 11);
  CHECK(file.read_at(buffer, 6) == 5);
  CHECK(read == "world...");
  CHECK(file.read_at(buffer, 11) == 0);
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("ScratchFile: a directory that is not there is an error") {
  const test::TemporaryDirectory directory;
  ScratchFile file(directory / "missing");
  CHECK_THROWS_AS(file.append(as_bytes("x")), Error);
  CHECK(file.size() == 0);
}
