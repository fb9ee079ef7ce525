#include "aws/words.hpp"

namespace sluice::aws {
namespace {

constexpr std::string_view blanks = " \t\r\n";

class Splitter {
 public:
  bool feed(std::string_view text) {
    for (const char c : text)
      step(c);
    flush();
    return quote_ == 0 && !escaped_;
  }
  std::vector<std::string> take() { return std::move(words_); }

 private:
  void step(char c) {
    if (escaped_) return take_escaped(c);
    if (c == '\\' && quote_ != '\'') {
      escaped_ = in_word_ = true;
    } else if (quote_ != 0 && c == quote_) {
      quote_ = 0;
    } else if (quote_ != 0) {
      word_.push_back(c);
    } else if (c == '"' || c == '\'') {
      quote_ = c;
      in_word_ = true;
    } else if (blanks.find(c) != blanks.npos) {
      flush();
    } else {
      word_.push_back(c);
      in_word_ = true;
    }
  }

  // Between double quotes a backslash is itself unless a quote or a backslash follows.
  void take_escaped(char c) {
    escaped_ = false;
    if (quote_ == '"' && c != '"' && c != '\\') word_.push_back('\\');
    word_.push_back(c);
  }

  void flush() {
    if (in_word_ && quote_ == 0) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  std::vector<std::string> words_;
  std::string word_;
  char quote_ = 0;
  bool escaped_ = false, in_word_ = false;
};

}  // namespace

std::optional<std::vector<std::string>> split_words(std::string_view text) {
  Splitter splitter;
  if (!splitter.feed(text)) return std::nullopt;
  return splitter.take();
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace sluice::aws
