#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/core/language.hpp"

/// What notices say, and what is said of them.
namespace sluice::glue::notify_messages {

using Count = std::uint64_t;
using Text = std::string_view;

// In a notice.
inline constexpr Message<> success{"SUCCESS", "成功"};
inline constexpr Message<> partial{"PARTLY FAILED", "一部失敗"};
inline constexpr Message<> failed{"FAILED", "失敗"};
inline constexpr Message<> interrupted{"INTERRUPTED", "中断"};
inline constexpr Message<Text, Text> headline{"[{}] Glue workflow: {}",
                                              "[{}] Glueワークフロー: {}"};
inline constexpr Message<Text> run_id{"Run ID: {}", "Run ID: {}"};
inline constexpr Message<Count, Count, Count, Count> files{
    "Files: {} in all ({} downloaded, {} failed, {} skipped)",
    "ファイル: 合計{}件 (成功{}件, 失敗{}件, スキップ{}件)"};
inline constexpr Message<Text> size{"Size: {} MB", "合計サイズ: {} MB"};
inline constexpr Message<Count, Count, Count> duration{"Duration: {} s ({} min {} s)",
                                                       "実行時間: {} 秒 ({}分{}秒)"};
inline constexpr Message<int> exit_code{"Exit code: {}", "終了コード: {}"};
inline constexpr Message<Text> error{"Error: {}", "エラー: {}"};
inline constexpr Message<Count> more_errors{"... and {} more errors", "... ほか{}件のエラー"};
inline constexpr Message<Text> report{"Report: {}", "レポート: {}"};
inline constexpr Message<Text> host{"Host: {}", "ホスト: {}"};

// In the log.
inline constexpr Message<Text> sent{"Notice sent: {}", "通知を送信しました: {}"};
inline constexpr Message<Text, Text> not_sent{"The notice could not be sent: {} - {}",
                                              "通知を送信できませんでした: {} - {}"};
inline constexpr Message<Text, Text, Text> recipient_refused{
    "The notice was refused for a recipient: {} - {} - {}",
    "通知の宛先が拒否されました: {} - {} - {}"};

// Of settings.
inline constexpr Message<> no_url{"a webhook needs a URL", "WebhookのURLが必要です"};
/// The reason is in English: it comes from the URL's parser.
inline constexpr Message<Text> bad_url{"the URL cannot be used: {}", "URLを使用できません: {}"};
inline constexpr Message<Text, Text> unknown_placeholder{
    "unknown placeholder {{{}}}; there are {}",
    "未知のプレースホルダー {{{}}} です。使用できるもの: {}"};
inline constexpr Message<Text> text_outside{
    "{{{}}} is text and must stand within a JSON string",
    "{{{}}} は文字列なので、JSONの文字列の中に書いてください"};
inline constexpr Message<Text> part_of_value{
    "{{{}}} outside a JSON string must be a value of its own",
    "JSONの文字列の外の {{{}}} は、それだけで一つの値でなければなりません"};
inline constexpr Message<Text> no_json{"it is no JSON: {}", "JSONとして正しくありません: {}"};
inline constexpr Message<> no_host{"a mail server is needed", "メールサーバーの指定が必要です"};
inline constexpr Message<> no_port{"the port is a number from 1 to 65535",
                                   "ポートは1から65535までの数です"};
inline constexpr Message<> no_recipient{"at least one recipient is needed",
                                        "宛先が1件以上必要です"};
inline constexpr Message<Text> bad_address{"it cannot be used as a mail address: {}",
                                           "メールアドレスとして使用できません: {}"};
inline constexpr Message<> password_in_clear{
    "a password goes over TLS only: set security to starttls or tls (in the clear it goes to this "
    "machine alone)",
    "パスワードはTLSでのみ送信します。securityをstarttlsまたはtlsにしてください "
    "(平文は同じマシンにのみ)"};
inline constexpr Message<> password_without_user{"there is a password, but no user",
                                                 "passwordがありますが、userがありません"};

}  // namespace sluice::glue::notify_messages
