#include "aws/s3_page_reader.hpp"

#include <string>

#include "sluice/core/error.hpp"

namespace sluice::aws {
namespace {

std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

}  // namespace

PageReader::PageReader(std::string_view document) : rest_(document) {}

void PageReader::refuse(const char* reason) const {
  throw Error(ErrorCode::protocol, "parse S3 answer", "", reason);
}

std::string_view PageReader::take_until(std::string_view mark) {
  const std::size_t at = rest_.find(mark);
  if (at == std::string_view::npos) refuse("the document is cut short");
  const std::string_view taken = rest_.substr(0, at);
  rest_.remove_prefix(at + mark.size());
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
    const std::string_view text = take_until("<");
    if (rest_.starts_with("!--")) {
      take_until("-->");
      leaf_ = false;
    } else if (rest_.starts_with('?')) {
      take_until("?>");
    } else if (rest_.starts_with('!')) {
      refuse("a document type or CDATA");
    } else if (rest_.starts_with('/')) {
      rest_.remove_prefix(1);
      text_ = leaf_ ? text : std::string_view();
      return close(local_name(take_until(">")));
    } else {
      return open(take_until(">"));
    }
  }
}

PageReader::Event PageReader::open(std::string_view tag) {
  close_pending_ = tag.ends_with('/');
  if (close_pending_) tag.remove_suffix(1);
  name_ = local_name(tag.substr(0, tag.find_first_of(" \t\r\n")));
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
