#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <string>
#include <vector>

namespace sluice {

/// Forces to disk what several writers wait for. The first of them whose turn comes does it for all
/// that have joined by then, so that they share the commits of the file system's own journal. Used
/// in jobs of the disk lane only: its queue is what lets writers gather while a round runs.
class GroupSync {
 public:
  /// Blocks until what the descriptor stands for is on disk; throws Error.
  using Sync = std::function<void(int descriptor, const std::string& subject)>;

  explicit GroupSync(Sync sync) : sync_(std::move(sync)) {}
  GroupSync(const GroupSync&) = delete;
  GroupSync& operator=(const GroupSync&) = delete;

  /// One writer's wait. The descriptor must stay open as long as it lives; it leaves the group with
  /// it. Members of one subject share one call.
  class Member {
   public:
    Member(GroupSync& group, int descriptor, std::string subject);
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    ~Member();

    /// Returns once it is on disk; throws what its own subject failed with.
    void ensure();

   private:
    friend class GroupSync;
    GroupSync& group_;
    int descriptor_;
    std::string subject_;
    bool done_ = false;
    std::exception_ptr failure_;
  };

 private:
  void run_round();

  Sync sync_;
  std::vector<Member*> waiting_;
};

}  // namespace sluice
