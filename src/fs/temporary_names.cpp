#include "fs/temporary_names.hpp"

#include <fmt/format.h>

#include "sluice/core/local_path.hpp"

namespace sluice {
namespace {

// Bounds the memory for what is recorded; forgetting more often would only repeat records.
constexpr std::size_t most_recorded = 4096;
constexpr std::uint32_t count_mask = 0xFFFFFF;  // six of the sixteen digits

}  // namespace

TemporaryNames::TemporaryNames(std::string token, std::shared_ptr<TemporaryJournal> journal)
    : token_(std::move(token)), journal_(std::move(journal)) {}

std::string TemporaryNames::next(std::string_view final_name) {
  count_ = (count_ + 1) & count_mask;
  return temporary_name_for(final_name, fmt::format("{}{:06x}", token_, count_));
}

Temporary TemporaryNames::entry_for(const std::string& directory) const {
  return {"directory", token_ + ' ' + directory};
}

void TemporaryNames::forget_unused() {
  std::erase_if(uses_, [this](const auto& use) {
    if (use.second > 0) return false;
    if (journal_) journal_->forget_in_job(entry_for(use.first));
    return true;
  });
}

TemporaryNames::Use::Use(TemporaryNames& names, std::string directory)
    : names_(names), directory_(std::move(directory)) {
  const auto found = names_.uses_.find(directory_);
  if (found != names_.uses_.end()) {
    ++found->second;
    return;
  }
  if (names_.uses_.size() >= most_recorded) names_.forget_unused();
  if (names_.journal_) names_.journal_->record_in_job(names_.entry_for(directory_));
  names_.uses_.emplace(directory_, 1);
}

TemporaryNames::Use::~Use() {
  const auto found = names_.uses_.find(directory_);
  if (found != names_.uses_.end()) --found->second;
}

}  // namespace sluice
