#include "sluice/core/descriptors.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace sluice {

std::size_t allow_descriptors(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  if (limit.rlim_cur >= wanted) return limit.rlim_cur;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, wanted);
  return ::setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

void make_room_for_descriptors(std::size_t count) {
  rlimit limit{};
  if (count == 0 || ::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == 0) return;
  const auto highest = static_cast<int>(std::min<rlim_t>(count, limit.rlim_cur) - 1);
  // The table reaches to the highest descriptor that was ever open. Where the limit forbids it,
  // nothing is lost: the table grows as it would have.
  const int any = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (any < 0) return;
  const int far = ::fcntl(any, F_DUPFD_CLOEXEC, highest);
  if (far >= 0) ::close(far);
  ::close(any);
}

}  // namespace sluice
