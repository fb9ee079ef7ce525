#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sluice::glue {

// A notice's text as JSON with {{name}} where values go. Pure.

using NoticeValues = std::map<std::string, std::string, std::less<>>;

/// Why this can be no template, or "": a name that there is not, or no JSON once it is filled in.
/// An empty text is none, and has no problem.
std::string problem_of_template(std::string_view text);
/// With the values as the insides of JSON strings.
std::string filled_in(std::string_view text, const NoticeValues& values);

/// The names that a template may use.
const NoticeValues& example_values();

}  // namespace sluice::glue
