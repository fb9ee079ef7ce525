#include "webdav/xml_reader.hpp"

#include <algorithm>
#include <utility>

#include "sluice/core/bytes.hpp"
#include "sluice/core/error.hpp"

namespace sluice::webdav {
namespace {

// What one document may make us hold.
constexpr std::size_t most_markup = 64_KiB;
constexpr std::size_t most_text = 64_KiB;
constexpr std::size_t most_depth = 64;
constexpr std::size_t most_bindings = 512;
// "&#x10FFFF;" and then some: so much of a text may wait for the end of a reference.
constexpr std::size_t longest_reference = 16;

constexpr std::string_view spaces = " \t\r\n";
constexpr std::string_view xml_name_space = "http://www.w3.org/XML/1998/namespace";

/// Where the tag ends that begins at the front, behind its '<'; npos if that is not there yet. A
/// '>' within quotes is none.
std::size_t end_of_tag(std::string_view text) {
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at;
    }
  }
  return std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

}  // namespace

void XmlReader::refuse(const char* reason) {
  throw Error(ErrorCode::protocol, "parse XML", "", reason);
}

void XmlReader::feed(std::string_view bytes) {
  if (bytes.find('\0') != std::string_view::npos) refuse("it holds a NUL");
  buffer_.erase(0, at_);
  at_ = 0;
  buffer_ += bytes;
}

/// Whether the markup of so many bytes (npos: unknown) is there; if not, it must not be long.
bool XmlReader::is_whole(std::size_t size) const {
  if (size != std::string_view::npos) return true;
  if (finished_) refuse("it is cut short");
  if (rest().size() > most_markup) refuse("it has markup that does not end");
  return false;
}

/// Whether the front can be told from `what`: enough bytes are there, or they differ already.
bool XmlReader::wait_for(std::string_view what) {
  const std::size_t size = std::min(what.size(), rest().size());
  return !finished_ && size < what.size() && rest().substr(0, size) == what.substr(0, size);
}

bool XmlReader::skip_markup(std::string_view begin, std::string_view end) {
  const std::size_t at = rest().find(end, begin.size());
  if (!is_whole(at)) return false;
  at_ += at + end.size();
  return true;
}

bool XmlReader::take_character_data() {
  constexpr std::string_view begin = "<![CDATA[", end = "]]>";
  const std::size_t at = rest().find(end, begin.size());
  if (!is_whole(at)) return false;
  const std::string_view raw = rest().substr(begin.size(), at - begin.size());
  if (depth_ == 0) refuse("it has text outside of its root");
  if (text_.size() + raw.size() > most_text) refuse("it has a text that is too long");
  text_ += raw;
  at_ += at + end.size();
  return true;
}

void XmlReader::add_text(std::string_view raw) {
  if (depth_ == 0) {
    if (!trimmed(raw).empty()) refuse("it has text outside of its root");
    return;
  }
  if (text_.size() + raw.size() > most_text) refuse("it has a text that is too long");
  if (!append_xml_resolved(text_, raw)) refuse("it has a reference that is not known");
}

/// Takes the text in front of the next markup. False: more must come first.
bool XmlReader::take_text() {
  const std::string_view left = rest();
  const std::size_t mark = left.find('<');
  std::string_view raw = left.substr(0, mark);
  const bool open_ended = mark == std::string_view::npos;
  if (open_ended && !finished_) {
    const std::size_t reference = raw.rfind('&');
    const bool cut = reference != std::string_view::npos &&
                     raw.find(';', reference) == std::string_view::npos &&
                     raw.size() - reference < longest_reference;
    if (cut) raw = raw.substr(0, reference);
  }
  add_text(raw);
  at_ += raw.size();
  return !open_ended;
}

XmlReader::Event XmlReader::next() {
  if (std::exchange(text_given_, false)) text_.clear();
  if (std::exchange(close_pending_, false)) {
    text_.clear();
    return close(open_[depth_ - 1].qualified);
  }
  if (!begun_) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    if (wait_for(mark)) return Event::more;
    if (rest().starts_with(mark)) at_ += mark.size();
    begun_ = true;
  }
  for (;;) {
    if (!take_text()) {
      if (!finished_) return Event::more;
      if (depth_ > 0 || !had_root_) refuse("it is cut short");
      return Event::end;
    }
    for (const std::string_view known : {"<!--", "<![CDATA[", "<?", "</"}) {
      if (wait_for(known)) return Event::more;
    }
    if (rest().starts_with("<!--")) {
      if (!skip_markup("<!--", "-->")) return Event::more;
    } else if (rest().starts_with("<?")) {
      if (!skip_markup("<?", "?>")) return Event::more;
    } else if (rest().starts_with("<![CDATA[")) {
      if (!take_character_data()) return Event::more;
    } else if (rest().starts_with("<!")) {
      refuse("it has a document type");
    } else {
      const std::size_t end = end_of_tag(rest().substr(1));
      if (!is_whole(end)) return Event::more;
      if (end > most_markup) refuse("it has a tag that is too long");
      const std::string_view tag = rest().substr(1, end);
      at_ += end + 2;
      return tag.starts_with('/') ? close(trimmed(tag.substr(1))) : open(tag);
    }
  }
}

XmlReader::Event XmlReader::open(std::string_view tag) {
  if (depth_ == 0 && had_root_) refuse("it has two roots");
  if (depth_ == most_depth) refuse("it is nested too deeply");
  close_pending_ = tag.ends_with('/');
  if (close_pending_) tag.remove_suffix(1);
  const std::size_t end = std::min(tag.find_first_of(spaces), tag.size());
  if (end == 0) refuse("it has an element without a name");
  if (open_.size() == depth_) open_.emplace_back();
  Element& element = open_[depth_++];
  element.qualified = tag.substr(0, end);
  element.bindings = bindings_.size();
  had_root_ = true;
  read_attributes(tag.substr(end));
  text_.clear();
  show(element.qualified);
  return Event::open;
}

void XmlReader::read_attributes(std::string_view attributes) {
  for (attributes = trimmed(attributes); !attributes.empty(); attributes = trimmed(attributes)) {
    const std::size_t equals = attributes.find('=');
    if (equals == std::string_view::npos) refuse("it has an attribute without a value");
    const std::string_view name = trimmed(attributes.substr(0, equals));
    attributes = trimmed(attributes.substr(equals + 1));
    if (attributes.empty() || (attributes.front() != '"' && attributes.front() != '\''))
      refuse("it has an attribute without quotes");
    const std::size_t end = attributes.find(attributes.front(), 1);
    if (end == std::string_view::npos) refuse("it has an attribute that does not end");
    bind(name, attributes.substr(1, end - 1));
    attributes.remove_prefix(end + 1);
  }
}

void XmlReader::bind(std::string_view attribute, std::string_view value) {
  constexpr std::string_view declaration = "xmlns";
  if (!attribute.starts_with(declaration)) return;
  attribute.remove_prefix(declaration.size());
  if (!attribute.empty() && attribute.front() != ':') return;  // another name that begins so
  if (!attribute.empty()) attribute.remove_prefix(1);
  if (bindings_.size() == most_bindings) refuse("it declares too many name spaces");
  Binding& binding = bindings_.emplace_back();
  binding.prefix = attribute;
  if (!append_xml_resolved(binding.name_space, value)) refuse("it has a bad name space");
}

const std::string& XmlReader::name_space_of(std::string_view prefix) const {
  static const std::string none, xml(xml_name_space);
  const auto found = std::find_if(bindings_.rbegin(), bindings_.rend(),
                                  [prefix](const Binding& b) { return b.prefix == prefix; });
  if (found != bindings_.rend()) return found->name_space;
  if (prefix == "xml") return xml;
  if (!prefix.empty()) refuse("it has a prefix that it does not declare");
  return none;
}

void XmlReader::show(const std::string& qualified) {
  const std::size_t colon = qualified.find(':');
  const bool plain = colon == std::string::npos;
  name_space_ =
      name_space_of(plain ? std::string_view() : std::string_view(qualified).substr(0, colon));
  name_.assign(qualified, plain ? 0 : colon + 1);
}

XmlReader::Event XmlReader::close(std::string_view qualified) {
  if (depth_ == 0 || open_[depth_ - 1].qualified != qualified)
    refuse("it has elements that do not nest");
  Element& element = open_[--depth_];
  show(element.qualified);
  bindings_.resize(element.bindings);
  text_given_ = true;
  return Event::close;
}

}  // namespace sluice::webdav
