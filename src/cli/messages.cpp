#include "messages.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace sluice::cli {
namespace {

std::string_view japanese_kind(ErrorCode code) {
  switch (code) {
    case ErrorCode::not_found:
      return "見つかりません";
    case ErrorCode::permission_denied:
      return "権限がありません";
    case ErrorCode::unauthenticated:
      return "認証に失敗しました";
    case ErrorCode::conflict:
      return "競合しました";
    case ErrorCode::invalid_input:
      return "指定が正しくありません";
    case ErrorCode::config:
      return "設定が正しくありません";
    case ErrorCode::network:
      return "通信エラー";
    case ErrorCode::timeout:
      return "タイムアウト";
    case ErrorCode::throttled:
      return "リクエストが制限されました";
    case ErrorCode::unavailable:
      return "サービスが利用できません";
    case ErrorCode::protocol:
      return "サーバーの応答が正しくありません";
    case ErrorCode::integrity:
      return "データが壊れています";
    case ErrorCode::no_space:
      return "空き容量がありません";
    case ErrorCode::cancelled:
      return "中断しました";
    case ErrorCode::unsupported:
      return "対応していません";
    case ErrorCode::internal:
      return "内部エラー";
  }
  return "内部エラー";
}

using Pair = std::pair<std::string_view, std::string_view>;

constexpr auto japanese_reasons = std::to_array<Pair>({
    {"missing", "宛先にない"},
    {"asked for", "指定による"},
    {"named", "一覧による"},
    {"deferred", "後回し分"},
    {"type differs", "種類が違う"},
    {"size differs", "サイズが違う"},
    {"time differs", "更新時刻が違う"},
    {"time unknown", "更新時刻が不明"},
    {"source is newer", "元が新しい"},
    {"content differs", "内容が違う"},
    {"not in source", "元にない"},
});

constexpr auto japanese_usage = std::to_array<Pair>({
    {"ExtrasError", "不明な引数です"},
    {"RequiredError", "必要な引数がありません"},
    {"ArgumentMismatch", "値の数が合いません"},
    {"ValidationError", "値が正しくありません"},
    {"ConversionError", "値が正しくありません"},
});

std::string_view look_up(std::span<const Pair> pairs, std::string_view key,
                         std::string_view otherwise) {
  const auto found = std::ranges::find(pairs, key, &Pair::first);
  return found == pairs.end() ? otherwise : found->second;
}

}  // namespace

std::string describe(Language language, const Error& error) {
  if (language == Language::english) return error.what();
  return fmt::format("{}: {}", japanese_kind(error.code()), error.what());
}

std::string usage_text(Language language, std::string_view kind, std::string_view words) {
  if (language == Language::english) return std::string(words);
  return fmt::format("sluice: {}: {}", look_up(japanese_usage, kind, "使い方の誤りです"), words);
}

std::string reason_text(Language language, std::string_view reason) {
  if (language == Language::english) return std::string(reason);
  return std::string(look_up(japanese_reasons, reason, reason));
}

}  // namespace sluice::cli
