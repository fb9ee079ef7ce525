#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/core/language.hpp"

/// What `sluice glue` says beside the log.
namespace sluice::cli::messages::glue {

using Count = std::uint64_t;
using Text = std::string_view;

inline constexpr Message<> ask_interrupt{
    "\nThe workflow is still running. Stop it (s), or leave it running (Enter)? ",
    "\nWorkflowはまだ実行中です。停止しますか (s)、実行を継続しますか (Enter)? "};
inline constexpr Message<Text> would_start{"would start: {}", "開始予定: {}"};
inline constexpr Message<Text, Text, Text> would_download{"would download: {} -> {} ({})",
                                                          "ダウンロード予定: {} -> {} ({})"};
inline constexpr Message<Text, Count, Text> layer_plan{"{}: {} files, {}", "{}: {}ファイル、{}"};
inline constexpr Message<Text> valid{"{}: valid", "{}: 設定は正しいです"};
inline constexpr Message<Text, Text> stop_sent{"The run was asked to stop: {} (run_id: {})",
                                               "停止を要求しました: {} (run_id: {})"};
inline constexpr Message<Text, Text, Count> resumed{"Resumed: {} (run_id: {}, {} nodes)",
                                                    "再開しました: {} (run_id: {}, ノード {}件)"};
inline constexpr Message<Text> no_runs{"The workflow has no runs: {}",
                                       "Workflowの実行履歴がありません: {}"};
inline constexpr Message<Text, Text> attach_hint{"Watch it with: sluice glue -c {} -w {} --attach",
                                                 "監視するには: sluice glue -c {} -w {} --attach"};

}  // namespace sluice::cli::messages::glue
