#include "fs/group_sync.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace sluice {

GroupSync::Member::Member(GroupSync& group, int descriptor, std::string subject)
    : group_(group), descriptor_(descriptor), subject_(std::move(subject)) {
  group_.waiting_.push_back(this);
}

GroupSync::Member::~Member() {
  if (!done_) std::erase(group_.waiting_, this);
}

void GroupSync::Member::ensure() {
  if (!done_) group_.run_round();
  if (failure_) std::rethrow_exception(failure_);
}

void GroupSync::run_round() {
  std::map<std::string_view, std::exception_ptr> outcomes;
  for (Member* const member : std::exchange(waiting_, {})) {
    const auto [outcome, first] = outcomes.try_emplace(member->subject_);
    if (first) {
      try {
        sync_(member->descriptor_, member->subject_);
      } catch (...) {
        outcome->second = std::current_exception();
      }
    }
    member->failure_ = outcome->second;
    member->done_ = true;
  }
}

}  // namespace sluice
