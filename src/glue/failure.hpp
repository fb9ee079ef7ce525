#pragma once

#include <exception>
#include <string>

#include "sluice/core/language.hpp"
#include "sluice/glue/config.hpp"
#include "sluice/glue/errors.hpp"
#include "sluice/glue/file_downloader.hpp"
#include "sluice/glue/glue_log.hpp"

/// How what was thrown ends a run, and in which words.
namespace sluice::glue::failure {

inline constexpr Message<std::string_view, std::string_view> stopped_run{
    "The workflow run was asked to stop: {} (run_id: {})",
    "Workflow実行の停止を要求しました: {} (run_id: {})"};
inline constexpr Message<std::string_view, std::string_view> left_run{
    "The workflow run goes on without being watched: {} (run_id: {})",
    "Workflowの監視を終了します (実行は継続中): {} (run_id: {})"};
inline constexpr Message<> interrupted{"Interrupted", "中断されました"};
inline constexpr Message<std::uint64_t, std::uint64_t> files_failed{
    "{} of {} files could not be downloaded", "{}/{} ファイルをダウンロードできませんでした"};

struct Ending {
  ErrorId id;
  Component component;
  std::string text;  ///< In the run's language; the words of servers as they are.
};

/// An Error that no part of the downloader has named is named by its code: access denied and bad
/// credentials are E008, a full disk E007, a stop is `interrupted`, the rest came from S3 or Glue.
Ending ending_of(Language language, const std::exception_ptr& thrown);

/// A layer that could not be listed (E005, E008).
std::exception_ptr of_layer(const LayerConfig& layer, const Error& error, Language language);
/// Too many files failed (E006).
std::exception_ptr of_downloads(Language language, const DownloadResult& result);

}  // namespace sluice::glue::failure
