#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/core/language.hpp"

/// What can be wrong in a configuration file: what was found, what is expected, what to do.
namespace sluice::glue::messages {

using ConfigText = std::string_view;

inline constexpr Message<ConfigText> not_yaml{"this is no YAML: {}", "YAMLとして読めません: {}"};
inline constexpr Message<> yaml_escape{
    "; in double quotes write each backslash twice (\"\\\\d\"), or use single quotes ('\\d')",
    "。二重引用符の中では \\ を2つ重ねるか (\"\\\\d\")、一重引用符を使ってください ('\\d')"};
inline constexpr Message<ConfigText> unknown_key{"unknown key \"{}\"", "未知のキー \"{}\""};
inline constexpr Message<ConfigText> did_you_mean{"; did you mean \"{}\"?",
                                                  "。\"{}\" の誤りではありませんか"};
inline constexpr Message<> key_twice{"the key stands twice", "キーが重複しています"};
inline constexpr Message<> missing{"must be given", "必須項目がありません"};
inline constexpr Message<> want_map{"expected keys with values (a map)",
                                    "キーと値の組 (マップ) が必要です"};
inline constexpr Message<> want_list{"expected a list", "リストが必要です"};
inline constexpr Message<> empty_list{"the list is empty: at least one entry is needed",
                                      "リストが空です。1件以上必要です"};
inline constexpr Message<> want_text{"expected text", "文字列が必要です"};
inline constexpr Message<> empty_text{"the text is empty", "空の文字列です"};
inline constexpr Message<ConfigText> want_boolean{"expected true or false, not {}",
                                                  "true または false が必要です ({} は不可)"};
inline constexpr Message<std::uint64_t, std::uint64_t, ConfigText> want_integer{
    "expected a whole number from {} to {}, not {}", "{} から {} までの整数が必要です ({} は不可)"};
inline constexpr Message<ConfigText> want_number{"expected a number of 0 or more, not {}",
                                                 "0以上の数値が必要です ({} は不可)"};
inline constexpr Message<ConfigText, ConfigText> want_choice{"expected one of {}, not {}",
                                                             "{} のいずれかが必要です ({} は不可)"};
inline constexpr Message<ConfigText> want_date{"expected a date such as \"2024-11-14\", not {}",
                                               "\"2024-11-14\" のような日付が必要です ({} は不可)"};
inline constexpr Message<ConfigText> want_mode{
    "expected file permissions in octal such as \"0640\", with at least \"0400\", not {}",
    "\"0640\" のような8進数のパーミッション (\"0400\" を含むもの) が必要です ({} は不可)"};
inline constexpr Message<ConfigText> bad_version{"expected \"1.0\", not {}",
                                                 "\"1.0\" が必要です ({} は不可)"};
inline constexpr Message<ConfigText> layer_twice{"two layers have the name \"{}\"",
                                                 "層の名前 \"{}\" が重複しています"};
inline constexpr Message<> bad_layer_name{
    "the name must be usable as a directory: up to 100 characters, no '/', '\\', control "
    "characters, "
    "leading '.' or spaces at the ends",
    "ディレクトリ名として使える名前が必要です (100文字以内。'/'、'\\'、制御文字、先頭の "
    "'.'、前後の空白は不可)"};
inline constexpr Message<ConfigText> bad_bucket{"this can be no bucket: {}",
                                                "バケット名として正しくありません: {}"};
inline constexpr Message<ConfigText> bad_pattern{"this pattern cannot be used: {}",
                                                 "この正規表現は使えません: {}"};
inline constexpr Message<> both_patterns{
    "give file_patterns or file_pattern, not both",
    "file_patterns と file_pattern は一方だけを指定してください"};
inline constexpr Message<ConfigText, ConfigText> reversed{"{} is above {}",
                                                          "{} が {} より大きくなっています"};
inline constexpr Message<ConfigText> bad_log_format{"this format cannot be used: {}",
                                                    "この書式は使えません: {}"};
inline constexpr Message<ConfigText> unset_variable{"the environment variable {} is not set",
                                                    "環境変数 {} が設定されていません"};
inline constexpr Message<> bad_reference{
    "\"${{\" begins a reference to the environment, ${{NAME}}; write \"$${{\" for the characters",
    "\"${{\" は環境変数の参照 ${{NAME}} です。文字として書くには \"$${{\" とします"};

}  // namespace sluice::glue::messages
