#include "state/group_commit.hpp"

#include <algorithm>
#include <utility>

#include "sluice/async/errors.hpp"

namespace sluice::state {
namespace {

// Bounds one transaction; what is beyond waits for the next one.
constexpr std::size_t batch_limit = 1000;

void append(Change& all, const Change& one) {
  all.puts.insert(all.puts.end(), one.puts.begin(), one.puts.end());
  all.erasures.insert(all.erasures.end(), one.erasures.begin(), one.erasures.end());
}

}  // namespace

/// A ticket in the queue; a writer that goes, for whatever reason, takes it away.
struct GroupCommit::Place {
  Place(GroupCommit& group, Change change) : owner(group), ticket(std::make_shared<Ticket>()) {
    ticket->change = std::move(change);
    owner.waiting_.push_back(ticket);
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    if (!ticket->done) std::erase(owner.waiting_, ticket);
  }

  GroupCommit& owner;
  std::shared_ptr<Ticket> ticket;
};

GroupCommit::GroupCommit(Runtime& runtime, std::shared_ptr<KeyValueStore> store)
    : store_(std::move(store)), changed_(runtime.executor()) {}

Task<> GroupCommit::commit(Change change) {
  const Place place(*this, std::move(change));
  while (!place.ticket->done) {
    if (!writing_) {
      co_await write_batch();
      continue;
    }
    const bool woken = co_await changed_.wait();
    if (!woken) throw cancelled("remembering");
  }
  if (place.ticket->failure) std::rethrow_exception(place.ticket->failure);
}

Task<> GroupCommit::write_batch() {
  const auto size = static_cast<std::ptrdiff_t>(std::min(batch_limit, waiting_.size()));
  const Tickets batch(waiting_.begin(), waiting_.begin() + size);
  waiting_.erase(waiting_.begin(), waiting_.begin() + size);
  Change all;
  for (const auto& ticket : batch)
    append(all, ticket->change);
  writing_ = true;
  std::exception_ptr thrown;
  try {
    co_await store_->write(std::move(all.puts), std::move(all.erasures));
  } catch (...) {
    thrown = std::current_exception();
  }
  writing_ = false;
  settle(batch, thrown);
}

void GroupCommit::settle(const Tickets& batch, const std::exception_ptr& thrown) {
  changed_.wake_all();
  if (thrown && error_from(thrown).code() == ErrorCode::cancelled) {
    // Only this writer was told to stop: what it carried for others is theirs to write.
    waiting_.insert(waiting_.begin(), batch.begin(), batch.end());
    std::rethrow_exception(thrown);
  }
  for (const auto& ticket : batch) {
    ticket->done = true;
    ticket->failure = thrown;
  }
}

}  // namespace sluice::state
