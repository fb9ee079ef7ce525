#include "codec/glob_part_syntax.hpp"

#include <algorithm>
#include <utility>

#include "sluice/core/error.hpp"

namespace sluice::codec::glob {
namespace {

constexpr TextView extglob_types = U"?*+@!";

struct Token {
  enum class Kind : std::uint8_t { item, open, bar, close };
  Kind kind = Kind::item;
  Item item{};            // of an open: a literal with its type
  std::size_t close = 0;  // of an open: the index of its close token, 0 if it is never closed
};

class Tokens {
 public:
  Tokens(TextView part, const PartSyntax& syntax)
      : part_(part), syntax_(syntax), extglobs_(!syntax.noext && !is_lone_empty_extglob(part)) {
    for (std::size_t at = 0; at < part_.size();)
      at += read(at);
    pair();
  }

  Sequence sequence() const { return alternatives(0, tokens_.size(), true).front(); }

 private:
  Item literal(char32_t code) const {
    return {Item::Kind::literal, syntax_.nocase ? fold(code) : code};
  }
  void add(Item item) { tokens_.push_back({Token::Kind::item, std::move(item)}); }

  // Adds the token at `at` and returns its length.
  std::size_t read(std::size_t at) {
    const char32_t code = part_[at];
    if (code == U'\\') return read_escape(at);
    if (is_range(code)) {
      add_range(code);
      return 1;
    }
    if (code == U'[') {
      ParsedClass parsed = parse_class(part_, at, syntax_.nocase);
      if (parsed.length != 0) {
        add({Item::Kind::char_class, 0, std::move(parsed.members)});
        return parsed.length;
      }
    }
    if (extglobs_ && opens_extglob(part_, at)) {
      tokens_.push_back({Token::Kind::open, literal(code)});
      return 2;
    }
    add_plain(code);
    return 1;
  }

  std::size_t read_escape(std::size_t at) {
    if (at + 1 == part_.size()) {
      add(literal(U'\\'));
      return 1;
    }
    if (is_range(part_[at + 1])) {
      add_range(part_[at + 1]);
    } else {
      add(literal(part_[at + 1]));
    }
    return 2;
  }

  void add_range(char32_t code) {
    Item group{Item::Kind::group, U'@'};
    group.alternatives = alternatives_of((*syntax_.ranges)[code - range_base]);
    add(std::move(group));
  }

  void add_plain(char32_t code) {
    if (code == U'*') return add({Item::Kind::star});
    if (code == U'?') return add({Item::Kind::any});
    Token token{Token::Kind::item, literal(code)};
    if (extglobs_ && code == U'|') token.kind = Token::Kind::bar;
    if (extglobs_ && code == U')') token.kind = Token::Kind::close;
    tokens_.push_back(std::move(token));
  }

  void pair() {
    std::vector<std::size_t> open;
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      if (tokens_[at].kind == Token::Kind::open) open.push_back(at);
      if (tokens_[at].kind != Token::Kind::close || open.empty()) continue;
      tokens_[open.back()].close = at;
      open.pop_back();
    }
  }

  // An extglob that is never closed is literal, and is never inside of a closed one: so bars and
  // closes are literal only at the top.
  std::vector<Sequence> alternatives(std::size_t begin, std::size_t end, bool top) const {
    std::vector<Sequence> all(1);
    for (std::size_t at = begin; at < end; ++at) {
      const Token& token = tokens_[at];
      if (token.kind == Token::Kind::open && token.close != 0) {
        Item group{Item::Kind::group, token.item.code};
        group.alternatives = alternatives(at + 1, token.close, false);
        all.back().push_back(std::move(group));
        at = token.close;
      } else if (token.kind == Token::Kind::bar && !top) {
        all.emplace_back();
      } else {
        all.back().push_back(token.item);
        if (token.kind == Token::Kind::open) all.back().push_back(literal(U'('));
      }
    }
    return all;
  }

  TextView part_;
  const PartSyntax& syntax_;
  bool extglobs_;
  std::vector<Token> tokens_;
};

}  // namespace

bool opens_extglob(TextView part, std::size_t at) {
  return at + 1 < part.size() && part[at + 1] == U'(' &&
         extglob_types.find(part[at]) != TextView::npos;
}

std::size_t count_extglobs(TextView part) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == U'\\') {
      ++at;
    } else if (opens_extglob(part, at)) {
      ++count;
      ++at;
    }
  }
  return count;
}

bool is_lone_empty_extglob(TextView part) {
  return part.size() == 3 && opens_extglob(part, 0) && part[0] != U'!' && part[2] == U')';
}

std::size_t simple_class_end(TextView part, std::size_t at) {
  ++at;
  if (at < part.size() && (part[at] == U'!' || part[at] == U'^')) ++at;
  for (bool first = true; at < part.size(); ++at, first = false) {
    if (part[at] == U']' && !first) return at;
    if (part[at] == U'\\') ++at;
  }
  return TextView::npos;
}

// The rules are minimatch's, to the letter, for they decide whether "[.]x" may match a dotfile (as
// a literal it may).
std::optional<Text> literal_of(TextView part, const PartSyntax& syntax) {
  if (syntax.nocase && std::any_of(part.begin(), part.end(), is_cased)) return std::nullopt;
  if (!syntax.noext && (part == U"+()" || part == U"@()")) return Text(part);
  Text literal;
  for (std::size_t at = 0; at < part.size(); ++at) {
    const char32_t code = part[at];
    const bool last = at + 1 == part.size();
    if (code == U'*' || code == U'?' || is_range(code)) return std::nullopt;
    if (code == U'\\' && !last) {
      if (is_range(part[++at])) return std::nullopt;
      literal += part[at];
    } else if (code == U'[') {
      const std::size_t close = simple_class_end(part, at);
      if (close == TextView::npos) {
        literal += code;
        continue;
      }
      TextView body = part.substr(at + 1, close - at - 1);
      if (body.starts_with(U'\\')) body.remove_prefix(1);
      if (body.size() != 1 || part[at + 1] == U'!' || part[at + 1] == U'^') return std::nullopt;
      literal += body;
      at = close;
    } else if (!syntax.noext && opens_extglob(part, at) &&
               part.find(U')', at + 2) != TextView::npos) {
      return std::nullopt;
    } else {
      literal += code;
    }
  }
  return literal;
}

Sequence parse_part(TextView part, const PartSyntax& syntax) {
  if (!syntax.noext && count_extglobs(part) > max_extglobs) {
    throw Error(ErrorCode::invalid_input, "compile glob", "",
                "more than 256 extglobs in one part of the pattern");
  }
  return Tokens(part, syntax).sequence();
}

}  // namespace sluice::codec::glob
