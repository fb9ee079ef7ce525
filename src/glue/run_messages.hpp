#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/core/language.hpp"

/// What is said about a run beside the texts of the users' design (glue/messages.hpp).
namespace sluice::glue::messages {

using RunText = std::string_view;

inline constexpr Message<RunText, RunText> attached{"★ Watching the run under way: {} (run_id: {})",
                                                    "★ 実行中のWorkflowを監視: {} (run_id: {})"};
/// Name, state, the node's own words, log group, log stream.
inline constexpr Message<RunText, RunText, RunText, RunText, RunText> node_failed{
    "★ Failed node: {} [{}] {} (log group: {}, stream: {})",
    "★ 失敗ノード: {} [{}] {} (ロググループ: {}、ストリーム: {})"};
inline constexpr Message<RunText, RunText> ended_as{"★ The run ended as {}{}",
                                                    "★ 実行の最終状態: {}{}"};
inline constexpr Message<RunText> nodes_never_ran{"★ Nodes that never ran: {}",
                                                  "★ 実行されなかったノード: {}"};
inline constexpr Message<RunText> still_running{
    "it runs already (run_id: {}); wait for it, stop it, or watch it with --attach",
    "すでに実行中です (run_id: {})。終了を待つか、停止するか、--attach で監視してください"};
inline constexpr Message<> too_many_runs{
    "it has as many runs as it may have; see `sluice glue runs`",
    "同時実行数の上限に達しています。`sluice glue runs` で確認してください"};
inline constexpr Message<RunText, RunText> run_left{
    "the run goes on (run_id: {}); watch it with: sluice glue ... -w {} --attach",
    "実行は継続中です (run_id: {})。監視するには: sluice glue ... -w {} --attach"};
inline constexpr Message<RunText> run_stopped{"the run was asked to stop (run_id: {})",
                                              "実行の停止を要求しました (run_id: {})"};
inline constexpr Message<RunText> start_unclear{
    "The answer to the start was lost ({}); looking whether the run exists",
    "開始要求の応答を受け取れませんでした ({})。実行が開始されたか確認します"};
inline constexpr Message<RunText> poll_failed{"The state could not be asked, trying again: {}",
                                              "状態を確認できないため再試行します: {}"};
inline constexpr Message<RunText> graph_unread{"The run's graph could not be read: {}",
                                               "実行グラフを取得できませんでした: {}"};
inline constexpr Message<RunText> unknown_status{"Unknown run status, taken as running: {}",
                                                 "未知の実行状態 (実行中とみなします): {}"};
inline constexpr Message<RunText> no_failed_nodes{"no node of the run has failed: {}",
                                                  "失敗したノードがありません: {}"};

}  // namespace sluice::glue::messages
