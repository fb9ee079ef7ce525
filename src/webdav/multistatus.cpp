#include "sluice/webdav/multistatus.hpp"

#include <charconv>
#include <deque>
#include <vector>

#include "sluice/core/error.hpp"
#include "webdav/xml_reader.hpp"

namespace sluice::webdav {
namespace {

constexpr std::string_view dav = "DAV:";
constexpr std::string_view owncloud = "http://owncloud.org/ns";
// A <response> may name several files; a server that sends ever more is not to fill our memory.
constexpr std::size_t most_hrefs = 1000;
constexpr std::size_t longest_description = 1000;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view spaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(spaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

/// rclone sends an empty one for a directory.
std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const char* const last = text.data() + text.size();
  const auto [end, failed] = std::from_chars(text.data(), last, size);
  if (text.empty() || failed != std::errc() || end != last) return std::nullopt;
  return size;
}

bool is_success(int status) {
  return status >= 200 && status < 300;
}

[[noreturn]] void refuse(const char* reason) {
  throw Error(ErrorCode::protocol, "parse multistatus", "", reason);
}

/// Where an element stands that is of interest.
enum class Place : std::uint8_t { elsewhere, root, response, propstat, prop, resource_type, error };

}  // namespace

int parse_status_line(std::string_view line) {
  line = trimmed(line);
  const std::size_t space = line.find(' ');
  if (!line.starts_with("HTTP/") || space == std::string_view::npos) return 0;
  line = trimmed(line.substr(space));
  int status = 0;
  const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), status);
  const bool whole = end == line.data() + line.size() || *end == ' ';
  return failed == std::errc() && whole && status >= 100 && status <= 599 ? status : 0;
}

std::string normal_etag(std::string_view etag) {
  etag = trimmed(etag);
  if (etag.starts_with("W/") || etag.starts_with("w/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"')
    etag = etag.substr(1, etag.size() - 2);
  return std::string(etag);
}

struct MultistatusReader::State {
  XmlReader xml;
  std::vector<Place> places;
  MultistatusEntry entry;       ///< Being read.
  MultistatusEntry properties;  ///< Of the <propstat> that is being read.
  int propstat_status = 200;
  std::vector<std::string> hrefs;
  std::deque<MultistatusEntry> ready;

  Place place() const { return places.empty() ? Place::elsewhere : places.back(); }
  void opened();
  void closed();
  Place place_of_child() const;
  void close_in_response(std::string_view name, std::string_view text);
  void close_property(std::string_view text);
  void end_propstat();
  void end_response();
};

Place MultistatusReader::State::place_of_child() const {
  const std::string_view name = xml.name();
  const bool ours = xml.name_space() == dav;
  if (places.empty()) {
    if (!ours || name != "multistatus") refuse("its root is not multistatus");
    return Place::root;
  }
  if (!ours) return Place::elsewhere;
  switch (places.back()) {
    case Place::root:
      return name == "response" ? Place::response : Place::elsewhere;
    case Place::response:
      if (name == "propstat") return Place::propstat;
      return name == "error" ? Place::error : Place::elsewhere;
    case Place::propstat:
      if (name == "error") return Place::error;
      return name == "prop" ? Place::prop : Place::elsewhere;
    case Place::prop:
      return name == "resourcetype" ? Place::resource_type : Place::elsewhere;
    default:
      return Place::elsewhere;
  }
}

void MultistatusReader::State::opened() {
  const Place parent = place();
  const Place here = place_of_child();
  if (parent == Place::resource_type && xml.name_space() == dav && xml.name() == "collection")
    properties.collection = true;
  if (parent == Place::error && entry.condition.empty()) entry.condition = xml.name();
  if (here == Place::response) {
    entry = {};
    hrefs.clear();
  }
  if (here == Place::propstat) {
    properties = {};
    propstat_status = 200;
  }
  places.push_back(here);
}

void MultistatusReader::State::closed() {
  const Place was = place();
  places.pop_back();
  const std::string_view text = trimmed(xml.text());
  const std::string_view name = xml.name();
  if (was == Place::propstat) return end_propstat();
  if (was == Place::response) return end_response();
  const Place parent = place();
  if (parent == Place::prop) return close_property(text);
  if (xml.name_space() != dav) return;
  if (parent == Place::response) close_in_response(name, text);
  if (parent == Place::propstat && name == "status") propstat_status = parse_status_line(text);
  if (parent == Place::propstat && name == "responsedescription" && entry.description.empty())
    entry.description = text.substr(0, longest_description);
}

void MultistatusReader::State::close_in_response(std::string_view name, std::string_view text) {
  if (name == "href") {
    if (hrefs.size() == most_hrefs) refuse("one of its responses has too many names");
    hrefs.emplace_back(text);
  } else if (name == "status") {
    entry.status = parse_status_line(text);
  } else if (name == "responsedescription") {
    entry.description = text.substr(0, longest_description);
  }
}

void MultistatusReader::State::close_property(std::string_view text) {
  const std::string_view name = xml.name();
  if (xml.name_space() == owncloud) properties.owncloud = true;
  if (xml.name_space() != dav) return;
  if (name == "getcontentlength") properties.size = parse_size(text);
  if (name == "getlastmodified") properties.modified = text;
  if (name == "getetag") properties.etag = normal_etag(text);
  // What Microsoft's servers have beside resourcetype, or instead of it.
  if (name == "iscollection" && (text == "1" || text == "true")) properties.collection = true;
}

void MultistatusReader::State::end_propstat() {
  if (!is_success(propstat_status)) return;
  entry.has_properties = true;
  entry.collection = entry.collection || properties.collection;
  entry.owncloud = entry.owncloud || properties.owncloud;
  if (properties.size) entry.size = properties.size;
  if (!properties.modified.empty()) entry.modified = std::move(properties.modified);
  if (!properties.etag.empty()) entry.etag = std::move(properties.etag);
}

void MultistatusReader::State::end_response() {
  if (hrefs.empty()) refuse("one of its responses has no name");
  for (std::string& href : hrefs) {
    MultistatusEntry& one = ready.emplace_back(entry);
    one.href = std::move(href);
  }
}

MultistatusReader::MultistatusReader() : state_(std::make_unique<State>()) {}
MultistatusReader::MultistatusReader(MultistatusReader&&) noexcept = default;
MultistatusReader& MultistatusReader::operator=(MultistatusReader&&) noexcept = default;
MultistatusReader::~MultistatusReader() = default;

void MultistatusReader::feed(std::string_view bytes) {
  state_->xml.feed(bytes);
}

void MultistatusReader::finish() {
  state_->xml.finish();
}

std::optional<MultistatusEntry> MultistatusReader::next() {
  State& state = *state_;
  while (state.ready.empty()) {
    const XmlReader::Event event = state.xml.next();
    if (event == XmlReader::Event::open) {
      state.opened();
    } else if (event == XmlReader::Event::close) {
      state.closed();
    } else {
      return std::nullopt;
    }
  }
  MultistatusEntry entry = std::move(state.ready.front());
  state.ready.pop_front();
  return entry;
}

}  // namespace sluice::webdav
