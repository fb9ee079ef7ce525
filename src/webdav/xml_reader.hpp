#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::webdav {

/// Reads an XML 1.0 document with namespaces while it arrives, in memory that does not depend on
/// its length: for listings of any size. Document types are refused, and with them all entities but
/// the five predefined; characters by number are resolved. Bytes are not checked to be UTF-8.
/// Every failure is Error{protocol}.
class XmlReader {
 public:
  enum class Event : unsigned char {
    more,   ///< Nothing yet: feed() or finish().
    open,   ///< An element begins.
    close,  ///< An element ends.
    end,    ///< The document is over.
  };

  void feed(std::string_view bytes);
  /// No more bytes will come.
  void finish() { finished_ = true; }
  Event next();

  /// Of the element that was opened or closed; valid until the next call.
  std::string_view name_space() const { return name_space_; }
  std::string_view name() const { return name_; }
  /// At `close`: the text of an element without children, references resolved. Of others, what came
  /// after the last child.
  std::string_view text() const { return text_; }
  std::size_t depth() const { return depth_; }  ///< Open elements, after the event.

 private:
  struct Element {
    std::string qualified;
    std::size_t bindings = 0;  ///< How many there were before it.
  };
  struct Binding {
    std::string prefix, name_space;
  };

  [[noreturn]] static void refuse(const char* reason);
  std::string_view rest() const { return std::string_view(buffer_).substr(at_); }
  bool take_text();
  bool skip_markup(std::string_view begin, std::string_view end);
  bool take_character_data();
  bool wait_for(std::string_view what);
  bool is_whole(std::size_t size) const;
  void add_text(std::string_view raw);
  Event open(std::string_view tag);
  Event close(std::string_view qualified);
  void read_attributes(std::string_view attributes);
  void bind(std::string_view attribute, std::string_view value);
  const std::string& name_space_of(std::string_view prefix) const;
  void show(const std::string& qualified);

  std::string buffer_;
  std::size_t at_ = 0;
  bool finished_ = false, had_root_ = false, close_pending_ = false, begun_ = false;
  bool text_given_ = false;
  std::vector<Element> open_;  // kept beyond depth_ for their memory
  std::size_t depth_ = 0;
  std::vector<Binding> bindings_;
  std::string name_space_, text_;
  std::string name_;
};

/// Resolves the references of XML text into `out`. False if one is none that is allowed.
bool append_xml_resolved(std::string& out, std::string_view raw);

}  // namespace sluice::webdav
