#include "fs/s3_background.hpp"

#include "sluice/async/deadline.hpp"
#include "sluice/async/errors.hpp"

namespace sluice {

OpContext S3Background::context() const {
  OpContext context = runtime_.context();
  context.log = log_;
  return context.shortened_to(runtime_.clock().steady() + limit_);
}

void S3Background::clean_up(std::string what, Task<> task) {
  Task<> limited = with_deadline(runtime_.clock().steady() + limit_, what, std::move(task));
  run(std::move(what), std::move(limited));
}

void S3Background::run(std::string what, Task<> task) {
  group_.spawn(guarded(log_, std::move(what), std::move(task)));
}

Task<> S3Background::guarded(Logger log, std::string what, Task<> task) {
  try {
    co_await std::move(task);
  } catch (...) {
    const Error error = error_from(std::current_exception());
    log.warn("A clean-up failed", {{"what", what}, {"error", error.what()}});
  }
}

Task<> S3Background::close(OpContext context) {
  if (context.deadline == SteadyTime::max()) {
    co_await group_.join();
  } else {
    co_await with_deadline(context.deadline, "close", group_.join());
  }
}

}  // namespace sluice
