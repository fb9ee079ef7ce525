#include "aws/s3_page_reader.hpp"

#include <algorithm>
#include <string>

#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

std::string_view local_name(std::string_view name) {
  return name.substr(name.find(':') + 1);
}

}  // namespace

PageReader::PageReader(std::string_view document) : rest_(document) {}

void PageReader::refuse(const char* reason) const {
  throw Error(ErrorCode::protocol, "parse S3 answer", "", reason);
}

std::string_view PageReader::take(std::size_t size, std::size_t mark_size) {
  if (size == std::string_view::npos) refuse("the document is cut short");
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size + mark_size);
  return taken;
}

PageReader::Event PageReader::next() {
  if (close_pending_) {
    close_pending_ = false;
    text_ = {};
    return close(open_names_[depth_ - 1]);
  }
  for (;;) {
    if (depth_ == 0 && had_root_) return Event::end;  // what follows the root is nobody's
    const std::string_view text = take(rest_.find('<'), 1);
    if (rest_.starts_with("!--")) {
      take(rest_.find("-->"), 3);
      leaf_ = false;
    } else if (rest_.starts_with('?')) {
      take(rest_.find("?>"), 2);
    } else if (rest_.starts_with('!')) {
      refuse("a document type or CDATA");
    } else if (rest_.starts_with('/')) {
      rest_.remove_prefix(1);
      text_ = leaf_ ? text : std::string_view();
      return close(local_name(take(rest_.find('>'), 1)));
    } else {
      return open(take(rest_.find('>'), 1));
    }
  }
}

PageReader::Event PageReader::open(std::string_view tag) {
  close_pending_ = tag.ends_with('/');
  if (close_pending_) tag.remove_suffix(1);
  const auto name_end = std::ranges::find_if(tag, [](char c) { return c <= ' '; });
  name_ = local_name({tag.begin(), name_end});
  if (name_.empty()) refuse("an element without a name");
  if (depth_ == max_depth) refuse("nested too deeply");
  open_names_[depth_++] = name_;
  had_root_ = true;
  leaf_ = true;
  return Event::open;
}

PageReader::Event PageReader::close(std::string_view name) {
  if (depth_ == 0 || open_names_[depth_ - 1] != name) refuse("elements that do not nest");
  --depth_;
  name_ = name;
  leaf_ = false;
  return Event::close;
}

}  // namespace sluice::aws
