#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/core/language.hpp"

/// What the downloader's log says. The Japanese texts are those of the users' design, word for word
/// (its chapter 9.3); operators' filters know them: they are not to be changed.
namespace sluice::glue::messages {

using Count = std::uint64_t;
using Text = std::string_view;

// Information.
inline constexpr Message<Text> begun{"Starting the download: workflow={}",
                                     "ダウンロード処理を開始: workflow={}"};
inline constexpr Message<> ended{"The download has ended", "ダウンロード処理が完了しました"};
/// The code (none for an interrupted run), and the exit code.
inline constexpr Message<Text, int> ended_in_failure{
    "The download has ended in failure{} (exit code {})",
    "ダウンロード処理が失敗しました{} (終了コード {})"};
inline constexpr Message<Text> config_loaded{"Configuration file read: {}",
                                             "設定ファイル読み込み成功: {}"};
inline constexpr Message<Text> workflow_valid{"Workflow found: {}", "Workflow検証成功: {}"};
inline constexpr Message<Text, Count> initial_layer_ready{"Initial layer is there: {} ({} files)",
                                                          "初期層ファイル確認完了: {} ({}件)"};
inline constexpr Message<Text, Text> workflow_started{"★ Workflow started: {} (run_id: {})",
                                                      "★ Workflow実行開始: {} (run_id: {})"};
inline constexpr Message<Count, Count, Count> workflow_running{
    "★ Workflow is running: {}/{} jobs completed, {} failed",
    "★ Workflow実行中: 完了ジョブ {}/{}, 失敗ジョブ {}"};
/// The duration in seconds.
inline constexpr Message<Text, Text> workflow_completed{"★ Workflow completed: {} (took {} s)",
                                                        "★ Workflow実行完了: {} (所要時間: {}秒)"};
inline constexpr Message<Count, Text> collected{"Files collected: {} files in all ({} MB)",
                                                "ファイル収集完了: 合計{}ファイル ({} MB)"};
inline constexpr Message<Text, Count> layer_count{"Files of each layer: {}={}",
                                                  "各層のファイル数: {}={}件"};
inline constexpr Message<Count> download_begun{"Downloading: {} files",
                                               "ダウンロード開始: {}ファイル"};
inline constexpr Message<Count, Count, Count> download_ended{
    "Downloaded: {} succeeded, {} failed, {} skipped",
    "ダウンロード完了: 成功{}件, 失敗{}件, スキップ{}件"};
inline constexpr Message<Text> report_written{"Report written: {}", "レポート生成完了: {}"};

// Warnings.
inline constexpr Message<Text> skipped_existing{"Skipped, the file is already there: {}",
                                                "ファイルが既に存在するためスキップ: {}"};
inline constexpr Message<Text, Count, Count> download_retry{"Download tried again: {} (try {}/{})",
                                                            "ダウンロードリトライ: {} (試行{}/{})"};
inline constexpr Message<Text> no_match{"No file matches the patterns: {}",
                                        "正規表現にマッチするファイルが見つかりません: {}"};
inline constexpr Message<Text> jobs_failed_in_run{"★ Jobs failed while the workflow runs: {}",
                                                  "★ Workflow実行中に一部ジョブが失敗: {}"};
/// The most is a number or `unlimited`.
inline constexpr Message<Text, Count, Count, Text> outside_range{
    "★ Number of files outside the recommended range: {} ({} files, recommended: {}-{})",
    "★ ファイル数が推奨範囲外: {} ({}件, 推奨: {}-{}件)"};

// Errors.
inline constexpr Message<Text> config_missing{"The configuration file does not exist: {}",
                                              "設定ファイルが見つかりません: {}"};
inline constexpr Message<Text> workflow_missing{"The workflow does not exist: {}",
                                                "Workflowが存在しません: {}"};
inline constexpr Message<Text, Count> initial_layer_missing{
    "No file of the initial layer: {} (timeout: {} s)",
    "初期層ファイルが見つかりません: {} (タイムアウト: {}秒)"};
inline constexpr Message<Text, Count, Count> too_few{
    "★ Too few files: {} (found: {}, at least: {})",
    "★ ファイル数不足: {} (検出: {}件, 最低: {}件)"};
inline constexpr Message<Text, Count, Count> too_many{
    "★ Too many files: {} (found: {}, at most: {})",
    "★ ファイル数超過: {} (検出: {}件, 最大: {}件)"};
inline constexpr Message<Text, Text> execution_error{"★ Workflow could not be run: {} - {}",
                                                     "★ Workflow実行エラー: {} - {}"};
inline constexpr Message<Text, Count> workflow_timeout{
    "★ Workflow did not end in time: {} (timeout: {} s)",
    "★ Workflow実行タイムアウト: {} (タイムアウト: {}秒)"};
inline constexpr Message<Text, Count> workflow_failed{"★ Workflow failed: {} - {} jobs failed",
                                                      "★ Workflow実行失敗: {} - 失敗ジョブ {}件"};
inline constexpr Message<Text, Text> download_failed{"Download failed: {} - {}",
                                                     "ダウンロード失敗: {} - {}"};
inline constexpr Message<Text, Text, Text> s3_error{"S3 access error: {}/{} - {}",
                                                    "S3アクセスエラー: {}/{} - {}"};

inline constexpr Message<> unlimited{"unlimited", "無制限"};

}  // namespace sluice::glue::messages
