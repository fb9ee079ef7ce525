#include "sluice/codec/charset.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice::codec {
namespace {

// Letters of many scripts: a character set has one of these, or is ASCII alone.
constexpr std::string_view samples[] = {"é", "ß",  "ł",  "ő",  "я",  "λ",  "ש", "ع",
                                        "ก", "あ", "ア", "世", "们", "們", "한"};

std::string printable_ascii() {
  std::string text;
  for (char c = ' '; c < '\x7F'; ++c)
    // JIS X 0201 has a yen sign and an overline for these two.
    if (c != '\\' && c != '~') text += c;
  return text;
}

[[noreturn]] void refuse(const std::string& name, std::string reason) {
  throw Error(ErrorCode::invalid_input, "encoding", name, std::move(reason));
}

}  // namespace

/// An iconv(3) descriptor.
class Charset::Converter {
 public:
  Converter(const char* to, const char* from) : descriptor_(::iconv_open(to, from)) {}
  ~Converter() {
    if (is_open()) ::iconv_close(descriptor_);
  }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;

  bool is_open() const {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): it is how iconv_open(3) says no.
    return descriptor_ != reinterpret_cast<iconv_t>(-1);
  }

  /// nullopt: it cannot be converted whole, one to one.
  std::optional<std::string> convert(std::string_view text) {
    ::iconv(descriptor_, nullptr, nullptr, nullptr, nullptr);
    std::string out;
    // iconv(3) does not write to its input.
    char* in = const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    std::size_t left = text.size();
    for (;;) {
      std::array<char, 512> buffer;
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t replaced =
          left > 0 ? ::iconv(descriptor_, &in, &left, &to, &room) : flush(&to, &room);
      const bool was_full = replaced == static_cast<std::size_t>(-1) && errno == E2BIG;
      out.append(buffer.data(), buffer.size() - room);
      if (replaced != 0 && !was_full) return std::nullopt;
      if (left == 0 && !was_full && to == buffer.data()) return out;
    }
  }

 private:
  std::size_t flush(char** to, std::size_t* room) {
    return ::iconv(descriptor_, nullptr, nullptr, to, room);
  }

  iconv_t descriptor_;
};

Charset::Charset(std::string name) : name_(std::move(name)) {
  // iconv(3) takes what follows a slash for wishes, such as to replace what it cannot convert.
  if (name_.empty() || name_.find('/') != std::string::npos)
    refuse(name_, "it is no character set");
  reader_ = std::make_unique<Converter>("UTF-8", name_.c_str());
  writer_ = std::make_unique<Converter>(name_.c_str(), "UTF-8");
  if (!reader_->is_open() || !writer_->is_open())
    refuse(name_, "this system has no such character set (iconv -l names them)");
  const std::string ascii = printable_ascii();
  const bool keeps_ascii = writer_->convert(ascii) == ascii && reader_->convert(ascii) == ascii;
  const auto stands_apart = [this](std::string_view sample) {
    const auto bytes = writer_->convert(sample);
    return !bytes || static_cast<unsigned char>(bytes->front()) >= 0x80;
  };
  if (!keeps_ascii || !std::ranges::all_of(samples, stands_apart))
    refuse(name_, "names cannot be written in it: a slash would not always be a slash");
}

Charset::~Charset() = default;

std::optional<std::string> Charset::to_utf8(std::string_view bytes) const {
  auto text = reader_->convert(bytes);
  if (text && writer_->convert(*text) != bytes) return std::nullopt;
  return text;
}

std::optional<std::string> Charset::from_utf8(std::string_view text) const {
  auto bytes = writer_->convert(text);
  if (bytes && reader_->convert(*bytes) != text) return std::nullopt;
  return bytes;
}

}  // namespace sluice::codec
