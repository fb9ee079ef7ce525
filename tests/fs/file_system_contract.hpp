#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <span>

#include "sluice/async/runtime.hpp"
#include "sluice/fs/file_system.hpp"
#include "support/run.hpp"
#include "support/temporary_directory.hpp"

/// What every FileSystem must do. A test program lists file_system_contract_*.cpp among its sources
/// and calls check_file_system_contract from a TEST_CASE for each of its file systems. What a file
/// system cannot do it must say in its Capabilities; the contract asks there and nowhere else.
namespace sluice::test {

struct ContractCase {
  const char* name;
  /// `fs` is empty at first; `scratch` is an empty private directory.
  Task<> (*run)(Runtime& runtime, FileSystem& fs, std::filesystem::path scratch);
};

/// How many files the case of a full directory makes: 10,000, or fewer where a server is slow by
/// nature (SLUICE_CONTRACT_FILES) or a FewerFiles lives.
class FewerFiles {
 public:
  explicit FewerFiles(std::size_t most);
  ~FewerFiles();
  FewerFiles(const FewerFiles&) = delete;
  FewerFiles& operator=(const FewerFiles&) = delete;
};

std::span<const ContractCase> write_contract();
std::span<const ContractCase> transfer_contract();
std::span<const ContractCase> walk_contract();
std::span<const ContractCase> extremes_contract();

template <class Factory>
Task<> run_contract_case(Runtime& runtime, const ContractCase& one, Factory& make,
                         std::filesystem::path scratch) {
  const std::unique_ptr<FileSystem> fs = make(runtime);
  std::exception_ptr thrown;
  try {
    co_await one.run(runtime, *fs, std::move(scratch));
  } catch (...) {
    thrown = std::current_exception();
  }
  co_await fs->close(OpContext{});
  if (thrown) std::rethrow_exception(thrown);
}

/// Calls `run_case(const ContractCase&, scratch path)` for each case, as a SUBCASE of its own.
template <class RunCase>
void for_each_contract_case(RunCase run_case) {
  for (const auto& part :
       {write_contract(), transfer_contract(), walk_contract(), extremes_contract()}) {
    for (const ContractCase& one : part) {
      SUBCASE(one.name) {
        const TemporaryDirectory scratch;
        run_case(one, scratch.path());
      }
    }
  }
}

/// `make(Runtime&)` returns a std::unique_ptr<FileSystem> without files, another one at each call.
template <class Factory>
void check_file_system_contract(Factory make) {
  for_each_contract_case([&](const ContractCase& one, const std::filesystem::path& scratch) {
    run([&](Runtime& runtime) { return run_contract_case(runtime, one, make, scratch); });
  });
}

}  // namespace sluice::test
