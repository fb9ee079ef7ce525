#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/core/language.hpp"
#include "sluice/glue/report.hpp"

/// The words of the text and HTML reports. The Japanese ones of the text report are those of the
/// users' design (its chapter 10.2).
namespace sluice::glue::words {

using Text = std::string_view;
using Count = std::uint64_t;

inline constexpr Message<> title{"Glue Workflow ETL File Download Report",
                                 "Glue Workflow ETL ファイルダウンロード レポート"};
inline constexpr Message<> executed_at{"Executed at", "実行日時"};
inline constexpr Message<> workflow{"Workflow", "Workflow名"};
inline constexpr Message<> config_file{"Configuration file", "設定ファイル"};
inline constexpr Message<> workflow_result{"★ Workflow run ★", "★ Workflow実行結果 ★"};
inline constexpr Message<> none_run{"not run", "実行なし"};
inline constexpr Message<> run_id{"Run id", "実行ID"};
inline constexpr Message<> run_status{"Status", "実行状態"};
inline constexpr Message<> started{"Started", "開始時刻"};
inline constexpr Message<> ended{"Ended", "終了時刻"};
inline constexpr Message<> duration{"Duration", "実行時間"};
inline constexpr Message<Text, Text> seconds_and{"{} s ({})", "{} 秒 ({})"};
inline constexpr Message<Count, Count> minutes_seconds{"{} min {} s", "{}分{}秒"};
inline constexpr Message<Count, Count, Count> hours_minutes_seconds{"{} h {} min {} s",
                                                                    "{}時間{}分{}秒"};
inline constexpr Message<> total_jobs{"Jobs", "総ジョブ数"};
inline constexpr Message<> completed_jobs{"Completed jobs", "完了ジョブ数"};
inline constexpr Message<> failed_jobs{"Failed jobs", "失敗ジョブ数"};
inline constexpr Message<> success_rate{"Success rate", "成功率"};
inline constexpr Message<> summary{"Download summary", "ダウンロードサマリー"};
inline constexpr Message<> total_files{"Files", "総ファイル数"};
inline constexpr Message<> of_several{" (of all patterns)", " (複数ファイル対応)"};
inline constexpr Message<> succeeded{"Succeeded", "成功"};
inline constexpr Message<> failed{"Failed", "失敗"};
inline constexpr Message<> skipped{"Skipped", "スキップ"};
inline constexpr Message<> total_size{"Total size", "合計サイズ"};
inline constexpr Message<> time_taken{"Time taken", "処理時間"};
inline constexpr Message<Text> in_seconds{"{} s", "{} 秒"};
inline constexpr Message<> average_speed{"Average speed", "平均速度"};
inline constexpr Message<Text> speed{"{} MB/s", "{} MB/秒"};
inline constexpr Message<> by_layer{"Downloads by layer (of all patterns)",
                                    "層別ダウンロード状況（複数ファイル対応）"};
inline constexpr Message<> bucket{"Bucket", "バケット"};
inline constexpr Message<> prefix{"Prefix", "プレフィックス"};
inline constexpr Message<> file_count{"Files", "ファイル数"};
inline constexpr Message<Count, Count, Text> count_and_range{"{} (wanted: at least {}, at most {})",
                                                             "{} (要件: 最低{}件、最大{})"};
inline constexpr Message<Count> at_most{"{}", "{}件"};
inline constexpr Message<> unlimited{"unlimited", "無制限"};
inline constexpr Message<> state{"State", "状態"};
inline constexpr Message<> file_list{"Downloaded files",
                                     "ダウンロード済みファイルリスト（複数ファイル）"};
inline constexpr Message<Text, Count> layer_files{"{} ({} files):", "{} ({}ファイル):"};
inline constexpr Message<> errors_warnings{"Errors and warnings", "エラー/警告"};
inline constexpr Message<> nothing{"none", "なし"};
inline constexpr Message<Count> more{"... and {} more (see the log)",
                                     "... ほか {} 件 (ログを参照)"};

// Of the page alone.
inline constexpr Message<> graph{"Workflow", "ワークフロー"};
inline constexpr Message<> timeline{"Timeline", "タイムライン"};
inline constexpr Message<> throughput{"Throughput", "スループット"};
inline constexpr Message<> layers{"Layers", "層"};
inline constexpr Message<> jobs{"Jobs", "ジョブ"};
inline constexpr Message<> name{"Name", "名前"};
inline constexpr Message<> size{"Size", "サイズ"};
inline constexpr Message<> modified{"Last modified", "最終更新"};
inline constexpr Message<> pattern{"Pattern", "パターン"};
inline constexpr Message<> saved_as{"Local path", "保存先"};
inline constexpr Message<> error{"Error", "エラー"};
inline constexpr Message<> logs{"Logs", "ログ"};
inline constexpr Message<> not_run{"not run", "未実行"};
inline constexpr Message<> pending{"not begun", "未着手"};
inline constexpr Message<> no_data{"no data", "データなし"};

/// "success", "一部失敗" ...
std::string of_layer(Language language, LayerStatus status);
std::string of_file(Language language, DownloadStatus status);

std::string megabytes(std::uint64_t bytes);                    ///< "312.8"
std::string percent(std::uint64_t part, std::uint64_t whole);  ///< "100.0"
/// "14分30秒", "1時間0分5秒"
std::string spoken(Language language, double seconds);
/// Where a file lies, as it is shown: "downloads/layers/source/a.csv".
std::string shown_path(const ReportData& data, std::string_view local_path);

}  // namespace sluice::glue::words
