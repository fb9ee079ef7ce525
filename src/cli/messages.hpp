#pragma once

#include "language.hpp"
#include "sluice/core/error.hpp"

namespace sluice::cli {

/// What the program says by itself, in both languages.
namespace messages {

using Count = std::uint64_t;
using Text = std::string_view;

// Progress and summaries. Each is a part of a line; parts are joined by `comma`.
inline constexpr Message<> comma{", ", "、"};
inline constexpr Message<Count> one_file{"{} file", "{} ファイル"};
inline constexpr Message<Count> files{"{} files", "{} ファイル"};
inline constexpr Message<Text> rate{"{}/s", "{}/秒"};
inline constexpr Message<Count> skipped{"{} skipped", "スキップ {}"};
inline constexpr Message<Count> deleted{"{} deleted", "削除 {}"};
inline constexpr Message<Count> failed{"{} failed", "失敗 {}"};
inline constexpr Message<Text> time_left{"{} left", "残り {}"};
inline constexpr Message<Text, Text> copied_in{"Copied {} in {}", "コピー完了: {}(所要時間 {})"};
inline constexpr Message<Text, Text> processed_in{"Processed {} in {}",
                                                  "処理完了: {}(所要時間 {})"};
inline constexpr Message<Count> unchanged_by_step{" ({} unchanged by the step)",
                                                  "(うち変更なし {})"};
inline constexpr Message<Count, Text, Count, Count> dry_run{
    "Dry run: {} files, {} to copy, {} to delete, {} unchanged",
    "ドライラン: コピー対象 {} ファイル({})、削除対象 {}、変更なし {}"};
inline constexpr Message<Count> more_failures{"... and {} more failures (--json names them)",
                                              "ほかに {} 件の失敗があります(--json で表示)"};

// One file each.
inline constexpr Message<Text, Text> copied{"copied {} ({})", "コピー {}({})"};
inline constexpr Message<Text, Text> would_copy{"would copy {} ({})", "コピー予定 {}({})"};
inline constexpr Message<Text, Text> removed{"deleted {} ({})", "削除 {}({})"};
inline constexpr Message<Text, Text> would_remove{"would delete {} ({})", "削除予定 {}({})"};
inline constexpr Message<Text, Text> copied_to{"copied {} to {}", "コピー {} → {}"};
inline constexpr Message<Text, Text> would_copy_to{"would copy {} to {}", "コピー予定 {} → {}"};
inline constexpr Message<Text> removing{"deleting {}", "削除 {}"};
inline constexpr Message<Text> would_remove_one{"would delete {}", "削除予定 {}"};
inline constexpr Message<Count> removed_files{"Deleted {} files", "{} ファイルを削除しました"};
inline constexpr Message<Count> would_remove_files{"Would delete {} files",
                                                   "{} ファイルが削除の対象です"};

inline constexpr Message<Text> password_of{"Password for {}: ", "{} のパスワード: "};

inline constexpr Message<Text> passphrase_of{"Passphrase of the key {}: ",
                                             "鍵 {} のパスフレーズ: "};
inline constexpr Message<Text, Text, Text> trust_host{
    "The host {} is not known. Its {} key is {}. Trust it (yes/no)? ",
    "ホスト {} は未知です({} 鍵: {})。信頼しますか(yes/no)? "};

// The batch.
inline constexpr Message<Count, Count> scanned{"Scanned: {} to process, {} done before",
                                               "走査完了: 要処理 {}、処理済み {}"};
inline constexpr Message<Count, Count> scanning{"Scanning: {} to process, {} need nothing now",
                                                "走査中: 要処理 {}、処理不要 {}"};
inline constexpr Message<Count> waiting{"{} failed and wait", "再試行待ち {}"};
inline constexpr Message<Count> given_up{"{} given up", "断念 {}"};
inline constexpr Message<Count> recovered{"{} found done after an interrupted run",
                                          "中断前に処理済みと判明 {}"};
inline constexpr Message<Count, Count, Count, Count> counts{
    "completed {}\nerrors    {} ({} given up)\nbegun     {}",
    "完了   {}\n失敗   {}(うち断念 {})\n着手中 {}"};
inline constexpr Message<Text, Text, Count, Text> remembered_failure{
    "{}  {} (failed {} times, last {})", "{}  {}(失敗 {} 回、最終 {})"};
inline constexpr Message<Count> due_again{"{} failed files are due again",
                                          "失敗した {} ファイルを再試行の対象にしました"};
inline constexpr Message<Count> forgot_all{"Forgot everything ({} entries)",
                                           "記録をすべて消去しました({} 件)"};
inline constexpr Message<Count> forgot{"Forgot {} files", "{} ファイルの記録を消去しました"};

// The command line itself.
inline constexpr Message<> description{
    "Sluice moves sets of files between S3 and local disks, and runs overwrite batches on them.\n"
    "Files are paths, file:///path or s3://bucket/key. Every flag can also be given as "
    "SLUICE_<FLAG> in the\n"
    "environment or as a key of the --config file (YAML).\n",
    "S3 とローカルディスクの間で大量のファイルを転送し、上書きバッチを実行します。\n"
    "ファイルはパス、file:///path、s3://bucket/key で指定します。どのフラグも、環境変数 "
    "SLUICE_<FLAG> や\n"
    "--config の設定ファイル(YAML)で指定できます。\n"};
inline constexpr Message<> exit_codes{
    "Exit codes:\n"
    "  0    all well\n"
    "  1    failed: nothing was done\n"
    "  2    usage: a flag or argument is wrong\n"
    "  3    configuration: a file or setting is wrong\n"
    "  4    authentication: no or wrong credentials, or access denied\n"
    "  5    partial: some files failed, or a listing was incomplete\n"
    "  130  interrupted\n",
    "終了コード:\n"
    "  0    正常終了\n"
    "  1    失敗: 何も行われなかった\n"
    "  2    使い方の誤り: フラグまたは引数が正しくない\n"
    "  3    設定の誤り: 設定ファイルまたは設定値が正しくない\n"
    "  4    認証エラー: 認証情報がない・正しくない、または権限がない\n"
    "  5    一部失敗: 一部のファイルが失敗した、または一覧が不完全\n"
    "  130  中断\n"};
inline constexpr Message<> see_help{"Run with --help for more information.",
                                    "使い方は --help で表示されます。"};

}  // namespace messages

/// What went wrong, for people: in Japanese the kind of failure comes before the words of the
/// error.
std::string describe(Language language, const Error& error);
/// What is wrong with the command line, by the parser's name of the failure and its words.
std::string usage_text(Language language, std::string_view kind, std::string_view words);
/// Why sync copies or deletes a file (SyncAction::reason).
std::string reason_text(Language language, std::string_view reason);

}  // namespace sluice::cli
