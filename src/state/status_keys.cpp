#include "state/status_keys.hpp"

namespace sluice::state {
namespace {

/// ':' ends a part, so it may not stand inside one; all other bytes are kept readable.
std::string escaped(std::string_view part) {
  std::string out;
  for (const char c : part) {
    if (c == ':')
      out += "%3A";
    else if (c == '%')
      out += "%25";
    else
      out += c;
  }
  return out;
}

}  // namespace

StatusKeys::StatusKeys(std::string_view job, std::string_view root)
    : all("sluice:" + escaped(job) + ':' + escaped(root) + ':'),
      completed(all + "completed:"),
      error(all + "error:"),
      intent(all + "intent:") {}

}  // namespace sluice::state
