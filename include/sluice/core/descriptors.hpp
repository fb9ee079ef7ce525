#pragma once

#include <cstddef>

namespace sluice {

/// Raises the soft limit of open descriptors to `wanted`, as far as the hard limit allows, and
/// returns the limit then. Never lowers it. For programs: the limit is the whole process's, and its
/// children inherit it.
std::size_t allow_descriptors(std::size_t wanted);

/// Has the kernel make its table of this process's descriptors large enough for `count` (within the
/// limit). It would else grow by doubling, and in a process with threads each growth holds whoever
/// opens something for 10 to 25 ms. Blocking.
void make_room_for_descriptors(std::size_t count);

}  // namespace sluice
