#include "codec/glob_braces.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "codec/glob_brace_sequence.hpp"
#include "sluice/core/error.hpp"

namespace sluice::codec::glob {
namespace {

constexpr std::size_t npos = TextView::npos;
constexpr std::size_t max_work = 20'000'000;  // characters read and written

// What was escaped in the pattern, kept out of the way of the expansion.
constexpr char32_t escaped_base = 0x120000;
constexpr TextView escapable = U"\\{},.";

[[noreturn]] void refuse(const char* reason) {
  throw Error(ErrorCode::invalid_input, "compile glob", "", reason);
}

bool is_line_end(char32_t code) {
  return code == U'\n' || code == U'\r' || code == 0x2028 || code == 0x2029;
}

// "{...}" on one line without another '{' in it. Without one, minimatch leaves the pattern alone,
// escapes and all.
bool has_braces(TextView pattern) {
  bool open = false;
  for (const char32_t code : pattern) {
    if (code == U'{') {
      open = true;
    } else if (is_line_end(code)) {
      open = false;
    } else if (code == U'}' && open) {
      return true;
    }
  }
  return false;
}

// An escaped backslash becomes two, so that it is still one when the parts are read.
Text hide_escapes(TextView pattern) {
  Text hidden;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool pair = pattern[at] == U'\\' && at + 1 < pattern.size();
    if (!pair || escapable.find(pattern[at + 1]) == npos) {
      hidden += pattern[at];
      continue;
    }
    hidden.append(pattern[at + 1] == U'\\' ? 2 : 1, escaped_base + pattern[at + 1]);
    ++at;
  }
  return hidden;
}

void show_escapes(Text& text) {
  for (char32_t& code : text) {
    if (code >= escaped_base && code < range_base) code -= escaped_base;
  }
}

// For each '{' from `from` on the index of its '}', npos if it has none.
std::vector<std::size_t> partners(TextView text, std::size_t from) {
  std::vector<std::size_t> partner(text.size(), npos), open;
  for (std::size_t at = from; at < text.size(); ++at) {
    if (text[at] == U'{') open.push_back(at);
    if (text[at] != U'}' || open.empty()) continue;
    partner[open.back()] = at;
    open.pop_back();
  }
  return partner;
}

// A ',' that no other follows directly, and after it a '}' on the same line.
bool comma_and_close_follow(TextView text) {
  bool close = false;
  for (std::size_t at = text.size(); at-- > 0;) {
    if (text[at] == U'}') close = true;
    if (is_line_end(text[at])) close = false;
    const bool doubled = at + 1 < text.size() && text[at + 1] == U',';
    if (text[at] == U',' && close && !doubled) return true;
  }
  return false;
}

// The members of "{a,b{c,d},e}"; commas inside of inner braces do not count.
std::vector<Text> split_members(TextView body) {
  std::vector<Text> members(1);
  unsigned depth = 0;
  for (const char32_t code : body) {
    if (code == U'{') ++depth;
    if (code == U'}') --depth;
    if (code == U',' && depth == 0) {
      members.emplace_back();
    } else {
      members.back() += code;
    }
  }
  return members;
}

class Expander {
 public:
  // `top`: Bash drops empty results, but only of the outermost braces and only if the first ones
  // are a list.
  std::vector<Text> expand(Text text, unsigned depth, bool top) {
    if (depth > max_brace_depth) refuse("braces nested more than 100 deep");
    State state{.text = std::move(text), .top = top};
    state.partner = partners(state.text, 0);
    work(state.text.size() + 16);
    while (!state.done)
      expand_next(state, depth);
    return std::move(state.results);
  }

 private:
  struct State {
    Text text;
    bool top = false;
    std::vector<std::size_t> partner{};
    std::size_t at = 0;
    bool first = true, drop_empty = false, done = false;
    std::vector<Text> results{Text()};  // of what lies before `at`
  };

  void work(std::size_t characters) {
    work_ += characters;
    if (work_ > max_work) refuse("braces too complex");
  }

  void expand_next(State& state, unsigned depth) {
    const TextView text = state.text;
    std::size_t open = state.at;
    while (open < text.size() && state.partner[open] == npos)
      ++open;
    if (open == text.size()) return finish(state);
    const std::size_t close = state.partner[open];
    const TextView before = text.substr(state.at, open - state.at),
                   body = text.substr(open + 1, close - open - 1);
    const bool ends = close + 1 == text.size();
    if (before.ends_with(U'$')) {  // "${...}" is a variable and stays
      append(state, text.substr(state.at, close + 1 - state.at), {Text()}, ends);
      state.first = false;
    } else if (!is_sequence(body) && body.find(U',') == npos) {
      return leave_literal(state, close);
    } else {
      if (std::exchange(state.first, false)) state.drop_empty = state.top && !is_sequence(body);
      append(state, before, values(body, depth), ends);
    }
    state.at = close + 1;
    state.done = ends;
  }

  // "{a},b}": as in Bash the first '}' is literal if a list can still follow. Otherwise nothing
  // more expands.
  void leave_literal(State& state, std::size_t close) {
    work(state.text.size());
    if (!comma_and_close_follow(TextView(state.text).substr(close + 1))) return finish(state);
    state.text[close] = escaped_base + U'}';
    state.partner = partners(state.text, state.at);
    state.top = true;
  }

  void finish(State& state) {
    append(state, TextView(state.text).substr(state.at), {Text()}, true);
    state.done = true;
  }

  std::vector<Text> values(TextView body, unsigned depth) {
    if (std::optional<std::vector<Text>> sequence = sequence_values(body))
      return *std::move(sequence);
    std::vector<Text> members = split_members(body);
    if (members.size() == 1) {  // "{{a,b}}" is "{a}" and "{b}"
      members = expand(std::move(members.front()), depth + 1, false);
      for (Text& member : members)
        member = U'{' + member + U'}';
      if (members.size() == 1) return members;
    }
    std::vector<Text> all;
    for (Text& member : members) {
      for (Text& value : expand(std::move(member), depth + 1, false))
        all.push_back(std::move(value));
      if (all.size() > max_alternatives) refuse("braces make more than 10,000 alternatives");
    }
    return all;
  }

  // Every result so far, followed by `before` and each of the values.
  void append(State& state, TextView before, const std::vector<Text>& values, bool ends) {
    std::vector<Text> combined;
    std::size_t length = 0;
    for (const Text& result : state.results) {
      for (const Text& value : values) {
        Text text = result;
        text.append(before).append(value);
        if (text.empty() && ends && state.drop_empty) continue;
        length += text.size();
        combined.push_back(std::move(text));
        if (combined.size() > max_alternatives) refuse("braces make more than 10,000 alternatives");
        if (length > max_expanded_length) refuse("braces make more than 262,144 characters");
      }
    }
    work(length);
    state.results = std::move(combined);
  }

  std::size_t work_ = 0;
};

std::vector<Text> expand(TextView pattern) {
  if (!has_braces(pattern)) return {Text(pattern)};
  Text text = hide_escapes(pattern);
  if (text.starts_with(U"{}")) {  // Bash leaves these alone
    text[0] += escaped_base;
    text[1] += escaped_base;
  }
  std::vector<Text> all = Expander().expand(std::move(text), 0, true);
  std::for_each(all.begin(), all.end(), show_escapes);
  std::set<Text> seen;
  std::erase_if(all, [&seen](const Text& one) { return !seen.insert(one).second; });
  return all;
}

// Puts one character in the place of every large numeric range, but not of "\{1..200}" and
// "${1..200}".
Text mark_ranges(TextView pattern, std::vector<NumericRange>& ranges) {
  Text marked;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool held_back = at > 0 && (pattern[at - 1] == U'\\' || pattern[at - 1] == U'$');
    const std::size_t close =
        pattern[at] == U'{' && !held_back ? pattern.find_first_of(U"{}", at + 1) : npos;
    const auto range = close == npos || pattern[close] != U'}'
                           ? std::nullopt
                           : large_range(pattern.substr(at + 1, close - at - 1));
    if (range) {
      marked += range_base + static_cast<char32_t>(ranges.size());
      ranges.push_back(*range);
      at = close;
    } else {
      marked += pattern[at];
    }
  }
  return marked;
}

// Whether one element for the range would match otherwise than one pattern for each number: in a
// class, and in extglobs that repeat or negate ("!({1..200})" would not match "5", "!(1)" does).
bool range_must_be_expanded(TextView part, bool noext) {
  const auto last_range = std::find_if(part.rbegin(), part.rend(), is_range);
  if (last_range == part.rend()) return false;
  const auto position = static_cast<std::size_t>(part.rend() - last_range) - 1;
  if (part.find(U'[') < position) return true;
  if (noext) return false;
  std::vector<char32_t> around;
  for (std::size_t at = 0; at < part.size(); ++at) {
    const auto repeats = [](char32_t type) { return type != U'@' && type != U'?'; };
    const bool opens =
        at + 1 < part.size() && part[at + 1] == U'(' && TextView(U"!?+*@").find(part[at]) != npos;
    if (is_range(part[at])) {
      if (std::any_of(around.begin(), around.end(), repeats)) return true;
    } else if (part[at] == U'\\') {
      if (at + 1 < part.size() && !is_range(part[at + 1])) ++at;
    } else if (opens) {
      around.push_back(part[at++]);
    } else if (part[at] == U')' && !around.empty()) {
      around.pop_back();
    }
  }
  return false;
}

bool ranges_must_be_expanded(TextView pattern, bool noext) {
  while (true) {
    const std::size_t slash = pattern.find(U'/');
    if (range_must_be_expanded(pattern.substr(0, slash), noext)) return true;
    if (slash == npos) return false;
    pattern.remove_prefix(slash + 1);
  }
}

}  // namespace

Expansion expand_braces(TextView pattern, bool noext) {
  Expansion expansion;
  const Text marked = mark_ranges(pattern, expansion.ranges);
  if (expansion.ranges.empty()) return {expand(pattern), {}};
  expansion.patterns = expand(marked);
  const auto awkward = [noext](const Text& one) { return ranges_must_be_expanded(one, noext); };
  if (std::any_of(expansion.patterns.begin(), expansion.patterns.end(), awkward))
    return {expand(pattern), {}};
  return expansion;
}

}  // namespace sluice::codec::glob
