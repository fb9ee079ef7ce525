#include "command_words.hpp"

#include "sluice/core/error.hpp"

namespace sluice {
namespace {

class WordSplitter {
 public:
  explicit WordSplitter(std::string_view text) : text_(text) {}

  std::vector<std::string> split() {
    for (; at_ < text_.size(); ++at_)
      take(text_[at_]);
    end_word();
    return std::move(words_);
  }

 private:
  void take(char c) {
    if (c == ' ' || c == '\t' || c == '\n') {
      end_word();
      return;
    }
    in_word_ = true;
    if (c == '\'' || c == '"') {
      take_quoted(c);
    } else if (c == '\\' && at_ + 1 < text_.size()) {
      word_ += text_[++at_];
    } else {
      word_ += c;
    }
  }

  void take_quoted(char quote) {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) return;
      const bool escape = quote == '"' && c == '\\' && at_ + 1 < text_.size() &&
                          (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
      word_ += escape ? text_[++at_] : c;
    }
    throw Error(ErrorCode::invalid_input, "read command", std::string(text_),
                std::string("a quote ") + quote + " is not closed");
  }

  void end_word() {
    if (in_word_) words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false;
  std::vector<std::string> words_;
};

}  // namespace

std::vector<std::string> split_words(std::string_view command) {
  return WordSplitter(command).split();
}

std::string replace_names(std::string_view text, const Replacements& values) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    bool replaced = false;
    for (const auto& [name, value] : values) {
      if (text.size() < name.size() + 2 || text.substr(1, name.size()) != name ||
          text[name.size() + 1] != '}')
        continue;
      out += value;
      text.remove_prefix(name.size() + 2);
      replaced = true;
      break;
    }
    if (replaced) continue;
    out += '{';
    text.remove_prefix(1);
  }
  return out;
}

std::string shell_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
  return out;
}

}  // namespace sluice
