#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/core/language.hpp"

/// What is said about files beside the texts of the users' design (glue/messages.hpp).
namespace sluice::glue::messages {

using FileText = std::string_view;

inline constexpr Message<FileText, FileText, FileText> one_path{
    "two objects would become one file: {} and {} (both {}); keep the directories "
    "(preserve_structure: true), or choose with other patterns",
    "2つのオブジェクトが同じファイルになります: {} と {} (保存先 {})。preserve_structure: true "
    "にするか、パターンを変えてください"};
inline constexpr Message<FileText> bad_path{"the key can be no path here: {}",
                                            "このキーはローカルのパスにできません: {}"};
inline constexpr Message<FileText> archived{
    "the object is archived ({}); restore it first, then run again",
    "アーカイブされています ({})。復元してから再実行してください"};
inline constexpr Message<FileText, FileText, FileText> no_room{
    "not enough room in {}: {} MB are needed, {} MB are free",
    "ディスク容量不足: {} (必要 {} MB, 空き {} MB)"};
inline constexpr Message<FileText> disk_full{"The disk is full: {}", "ディスク容量不足: {}"};
inline constexpr Message<FileText> unchanged{"Unchanged since the last download: {}",
                                             "前回から変更がないためスキップ: {}"};

}  // namespace sluice::glue::messages
