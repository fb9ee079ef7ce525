#include "flow/private_directory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "support/run.hpp"
#include "support/temporary_directory.hpp"

using namespace sluice;

namespace {

/// A journal that names what a dead process is said to have left.
class DeadJournal final : public TemporaryJournal {
 public:
  explicit DeadJournal(std::vector<std::filesystem::path> trees) : trees_(std::move(trees)) {}
  Task<void> record(Temporary) override { co_return; }
  void forget(const Temporary& temporary) override { forgotten.emplace_back(temporary.subject); }
  Task<std::vector<Temporary>> orphans() override {
    std::vector<Temporary> all;
    for (const auto& tree : trees_)
      all.push_back({.kind = "tree", .subject = tree.string()});
    co_return all;
  }
  void record_in_job(const Temporary&) override {}
  void forget_in_job(const Temporary&) override {}

  std::vector<std::filesystem::path> forgotten;

 private:
  std::vector<std::filesystem::path> trees_;
};

}  // namespace

TEST_CASE("a sweep removes private directories, and nothing whose name is not of their kind") {
  const test::TemporaryDirectory dir;
  const auto ours = dir.path() / "sluice-0123456789abcdef";
  std::vector<std::filesystem::path> named = {ours, dir.path() / "precious",
                                              dir.path() / "sluice-precious",
                                              dir.path() / "sluice-0123456789abcdef0"};
  for (const auto& directory : named) {
    std::filesystem::create_directory(directory);
    std::ofstream(directory / "file") << "content";
  }
  const auto journal = std::make_shared<DeadJournal>(named);
  test::run([&journal](Runtime& runtime) {
    return sweep_private_directories(runtime, runtime.context(), journal);
  });
  CHECK_FALSE(std::filesystem::exists(ours));
  for (std::size_t i = 1; i < named.size(); ++i)
    CHECK(std::filesystem::exists(named[i] / "file"));
  CHECK(journal->forgotten == std::vector<std::filesystem::path>{ours});
}
