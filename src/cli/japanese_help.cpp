#include "japanese_help.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace sluice::cli {
namespace {

/// `name` is a long flag or an argument, or the command itself if empty. `command` is empty for
/// what means the same wherever it stands.
struct Entry {
  std::string_view command, name, text;
};

constexpr auto entries = std::to_array<Entry>({
    {"", "help", "このヘルプを表示して終了する"},
    {"", "version", "バージョンを表示して終了する"},
    {"", "config", "設定ファイル(YAML)。セクション名はコマンド名"},

    // S3
    {"", "endpoint-url", "AWS の代わりに使うサーバー(例: http://127.0.0.1:9000)"},
    {"", "region", "リージョン(既定: AWS_REGION、プロファイル、us-east-1 の順)"},
    {"", "profile", "AWS 共有設定ファイルのプロファイル"},
    {"", "addressing-style", "バケット名をホスト名に入れるか、パスに入れるか(既定: auto)"},
    {"", "no-sign-request", "リクエストに署名しない(公開バケット用)"},
    {"", "request-payer", "リクエスタ支払いバケットの料金を負担する"},
    {"", "checksum-mode", "チェックサムに対応していないサーバーには when_required"},
    {"", "checksum-algorithm", "アップロードに付けるチェックサム(既定: crc64nvme)"},
    {"", "storage-class", "新しいオブジェクトのストレージクラス(例: STANDARD_IA、DEEP_ARCHIVE)"},
    {"", "sse", "新しいオブジェクトのサーバー側暗号化"},
    {"", "sse-kms-key-id", "--sse aws:kms で使う KMS キー"},
    {"", "metadata", "新しいオブジェクトのメタデータ NAME=VALUE(複数指定可)"},
    {"", "retry-mode", "再試行の方式"},
    {"", "max-attempts", "リクエストごとの最大試行回数(初回を含む)"},

    // SFTP
    {"", "ssh-transport", "接続の方式: ssh コマンド、または本プログラム(libssh2)"},
    {"", "ssh-key", "ログインに使う秘密鍵のファイル(他の鍵は使わない。複数指定可)"},
    {"", "known-hosts", "既知のホスト鍵のファイル(既定: ~/.ssh/known_hosts)"},
    {"", "host-key-check", "未知のホストの扱い(既定: 端末があれば確認を求める)"},
    {"", "ssh-command", "接続に使うプログラムとそのオプション(空白区切り)"},
    {"", "ssh-config", "その設定ファイル(ssh -F)"},
    {"", "ssh-connections", "1 台のサーバーへの接続数の上限"},
    {"", "allow-non-atomic", "一度に置き換えられないサーバーでは、ファイルを 2 段階で置き換える"},

    // FTP
    {"", "ftp-connections", "1 台のサーバーへの接続数の上限"},
    {"", "ftp-tls13", "TLS 1.3 を許可する(チケットが不足するサーバーがある)"},

    // Logins
    {"", "password-file", "URL のユーザーのパスワードを 1 行目に書いたファイル"},
    {"", "netrc-file",
     "ホストごとのログイン情報(curl と同じ形式、既定: $NETRC、なければ ~/.netrc)"},
    {"", "allow-clear-password", "TLS なしの WebDAV サーバーへもパスワードやトークンを送る"},

    // Network
    {"", "ca-file", "信頼する認証局の PEM ファイル(既定: システムのもの)"},
    {"", "client-cert", "クライアント証明書の PEM ファイル"},
    {"", "client-key", "その秘密鍵の PEM ファイル"},
    {"", "no-verify-ssl", "TLS 証明書を検証しない(危険)"},
    {"", "bwlimit", "帯域制限: 10M、上り:下り 1M:10M、または時間帯指定 \"08:00,1M 18:00,off\""},
    {"", "encoding",
     "FTP・SFTP・WebDAV サーバー上の名前の文字コード: [ホスト=]名前(CP932 など、繰り返し可)"},
    {"", "connect-timeout", "接続の制限時間"},
    {"", "timeout", "データがまったく流れないときの制限時間"},

    // Transfers
    {"", "transfers", "同時に転送するファイル数の上限(SFTP サーバーでは既定 512)"},
    {"", "part-size", "大きなオブジェクトを分割するパートのサイズ"},
    {"", "part-concurrency", "1 つの大きなオブジェクトで同時に転送するパート数"},
    {"", "buffer-memory", "全転送のバッファに使うメモリの合計"},
    {"", "grace", "SIGINT・SIGTERM のあと、転送中のファイルの完了を待つ時間"},
    {"", "state-dir", "ジャーナルと既定の状態記憶を置くディレクトリ"},

    // Output
    {"", "lang", "表示する言語(既定: ロケールによる)"},
    {"", "json", "標準出力に 1 行 1 つの JSON オブジェクトを出力する"},
    {"", "quiet", "エラーだけを表示する"},
    {"", "verbose", "コピー・削除・処理したファイル名を表示する"},
    {"", "no-progress", "端末に進捗バーを表示しない"},
    {"", "log-level", "ログのレベル"},
    {"", "log-format", "ログの形式"},
    {"", "log-file", "このファイルにもログを書く"},
    {"", "log-file-size", "ログファイルを切り替えるサイズ(古いものは 5 つ残す)"},

    // Filters
    {"", "include", "この minimatch パターンに一致するパスだけを対象にする(複数指定可)"},
    {"", "exclude", "このパターンに一致するパスを除く。--include より優先(複数指定可)"},
    {"", "min-size", "このサイズ以上のファイルだけを対象にする(例: 10k)"},
    {"", "max-size", "このサイズ以下のファイルだけを対象にする"},
    {"", "min-age", "更新からこの時間以上たったファイルだけを対象にする(例: 2d)"},
    {"", "max-age", "この時間内に更新されたファイルだけを対象にする"},
    {"", "max-depth", "ディレクトリをこの階層までたどる"},
    {"", "follow-symlinks", "シンボリックリンクを飛ばさずにたどる"},

    {"ls", "", "ファイルを一覧する: 時刻(UTC)、サイズ、パス。s3:// はバケットを一覧する"},
    {"ls", "url", "ディレクトリ、プレフィックス、ファイル、または s3://(バケットの一覧)"},
    {"ls", "recursive", "ツリー全体のファイルを一覧する"},
    {"ls", "human-readable", "サイズを 1.5 MiB のように表示する"},

    {"stat", "", "1 つのファイルについて分かることをすべて JSON で表示する"},
    {"stat", "url", "ファイル"},

    {"cat", "", "ファイルを検証しながら標準出力に書き出す"},
    {"cat", "url", "ファイル"},

    {"cp", "", "ファイルをコピーする。-r でツリーをコピーする。- は標準入出力"},
    {"cp", "from", "コピー元: パスまたは URL(s3://bucket/prefix)"},
    {"cp", "to", "コピー先"},
    {"cp", "recursive", "ツリーをコピーする"},
    {"cp", "no-clobber", "コピー先にファイルがあれば失敗とする"},
    {"cp", "expected-size",
     "標準入力(cp - URL)のおおよそのサイズ。10,000 パートに収めるためで、"
     "1 TiB を超えるときに指定する"},

    {"sync", "", "同期先のツリーを同期元と同じ内容にする"},
    {"sync", "from", "同期元: パスまたは URL(s3://bucket/prefix)"},
    {"sync", "to", "同期先"},
    {"sync", "delete",
     "同期元にないファイルを、両方の一覧が完全に取れた場合に限り、最後に削除する"},
    {"sync", "max-delete", "削除対象がこの数を超えるときは 1 つも削除しない"},
    {"sync", "size-only", "サイズが同じなら同じファイルとみなす"},
    {"sync", "checksum", "サイズが同じファイルを内容で比較する"},

    {"", "files-from", "このファイルに 1 行に 1 つずつ書かれたファイルをコピーする(- は標準入力)"},
    {"", "max-errors", "失敗がこの数を超えたら、新しいファイルに着手しない"},
    {"", "fsync", "ローカルファイルをディスクに書き込んでからコピー済みとする"},
    {"", "ignore-existing", "宛先にあるファイルには手を付けない"},
    {"", "metadata-mtime",
     "元の更新時刻をオブジェクトのメタデータで比較・保存する"
     "(サイズが同じオブジェクトごとに 1 リクエスト)"},

    {"rm", "", "ファイルを削除する。-r でツリーを削除する"},
    {"rm", "url", "ファイル。-r ではディレクトリまたはプレフィックス"},
    {"rm", "recursive", "配下の全ファイルを削除する(空のディレクトリは残る)"},
    {"", "dry-run", "何が行われるかを表示するだけで、実行しない"},

    {"batch", "", "ファイルをその場で処理する: 走査、ダウンロード、処理、アップロード、記録"},
    {"batch scan", "", "処理が必要なファイルのバックログを書く"},
    {"batch process", "", "バックログのファイルを処理する"},
    {"batch run", "", "走査して処理する"},
    {"batch status", "", "記録の内容(件数と失敗したファイル)を表示する"},
    {"batch retry", "", "失敗したファイルをすぐに再試行の対象にする。--exec があれば実行もする"},
    {"batch forget", "", "処理の記録を消し、再び処理されるようにする"},
    {"", "url", "対象のツリー: ディレクトリまたは s3://bucket/prefix"},
    {"", "state",
     "状態記憶: SQLite ファイル、sqlite:FILE、redis://HOST:PORT/DB、memory: のいずれか"},
    {"", "job", "ジョブの名前。記憶はジョブとツリーごとに分かれる"},
    {"", "max-tries", "失敗するファイルをこの回数で断念する"},
    {"", "retry-after", "失敗したファイルを再試行するまでの時間(回を追うごとに 2 倍)"},
    {"", "backlog", "バックログファイル(gzip 圧縮の JSON Lines)"},
    {"batch run", "backlog", "バックログを置く場所(既定: 状態ディレクトリ)"},
    {"batch retry", "backlog", "バックログを置く場所(既定: 状態ディレクトリ)"},
    {"", "exec", "処理: 'program {in} {out}'。{path} と {name} も使える。シェルは介さない"},
    {"", "shell", "--exec を /bin/sh -c で実行する"},
    {"", "step-timeout", "処理 1 回ごとの制限時間"},
    {"", "temp-dir", "作業用コピーを置くディレクトリ(既定: システムのもの)"},
    {"batch forget", "paths", "ファイル(ツリーからの相対パス)"},
    {"batch forget", "all", "このジョブとツリーの全ファイル"},

    {"glue", "", "AWS Glue Workflow を実行し、各層のファイルをダウンロードする"},
    {"glue", "config", "実行の YAML 設定ファイル(docs/glue.ja.md)"},
    {"", "workflow", "Glue Workflow 名(既定: ファイルの workflow.name)"},
    {"glue", "output", "ダウンロード先ディレクトリ(既定: ./downloads)"},
    {"glue", "no-execute", "Workflow を実行せずダウンロードのみ行う"},
    {"glue", "execution-timeout", "Workflow 実行のタイムアウト(秒、既定: 3600)"},
    {"glue", "log-level", "ログレベル DEBUG、INFO、WARNING、ERROR(既定: INFO)"},
    {"glue", "max-workers", "並列ダウンロード数(既定: 5)"},
    {"glue", "overwrite", "既存ファイルを上書きする"},
    {"glue", "dry-run", "確認と一覧のみ行い、何も開始せず何も書かない"},
    {"glue", "skip-validation", "Workflow と必須層の事前確認をしない"},
    {"glue", "attach", "実行中の run があればそれを監視する"},
    {"glue", "on-interrupt", "Ctrl-C のとき run を停止するか継続するか(既定: 質問、または継続)"},
    {"glue", "on-timeout", "タイムアウトのとき run を停止するか継続するか(既定: 継続)"},
    {"glue", "require-nodes", "一度も実行されなかったノードを失敗とみなす"},
    {"glue", "strict", "1 ファイルでも失敗したら終了コード 5"},
    {"glue validate", "", "設定ファイルと正規表現を検査する(通信なし)"},
    {"glue validate", "config", "実行の YAML 設定ファイル"},
    {"glue validate", "explain", "標準入力の名前ごとに、マッチするパターンを表示する"},
    {"glue status", "", "run の状態をジョブごとに表示する"},
    {"glue status", "config", "実行の YAML 設定ファイル(リージョンとプロファイル)"},
    {"glue runs", "", "Workflow の run を新しい順に一覧する"},
    {"glue runs", "config", "実行の YAML 設定ファイル(リージョンとプロファイル)"},
    {"glue runs", "limit", "表示する件数の上限"},
    {"glue stop", "", "run の停止を要求する"},
    {"glue stop", "config", "実行の YAML 設定ファイル(リージョンとプロファイル)"},
    {"glue resume", "", "終了した run の失敗ノードを再実行する"},
    {"glue resume", "config", "実行の YAML 設定ファイル(リージョンとプロファイル)"},
    {"", "run-id", "run の ID"},
});

constexpr auto headings = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"Options", "オプション"},
    {"FTP", "FTP"},
    {"Logins", "ログイン"},
    {"Network", "ネットワーク"},
    {"Transfers", "転送"},
    {"Output", "出力"},
    {"Filters", "絞り込み"},
});

const Entry* find(std::string_view command, std::string_view name) {
  const auto is = [name](std::string_view where) {
    return
        [where, name](const Entry& entry) { return entry.command == where && entry.name == name; };
  };
  auto found = std::ranges::find_if(entries, is(command));
  if (found == entries.end()) found = std::ranges::find_if(entries, is(""));
  return found == entries.end() ? nullptr : &*found;
}

void translate_option(CLI::Option& option, std::string_view command) {
  const auto& flags = option.get_lnames();
  const std::string name = flags.empty() ? option.get_name() : flags.front();
  if (const Entry* entry = find(command, name)) option.description(std::string(entry->text));
  const auto heading = std::ranges::find(headings, option.get_group(),
                                         &std::pair<std::string_view, std::string_view>::first);
  if (heading != headings.end()) option.group(std::string(heading->second));
}

void translate_command(CLI::App& app, const std::string& command) {
  for (CLI::Option* option : app.get_options())
    translate_option(*option, command);
  for (CLI::App* inner : app.get_subcommands({})) {
    const std::string path =
        command.empty() ? inner->get_name() : command + " " + inner->get_name();
    if (const Entry* entry = find(path, "")) inner->description(std::string(entry->text));
    inner->group("コマンド");
    translate_command(*inner, path);
  }
}

}  // namespace

void translate_help(CLI::App& app) {
  const auto format = app.get_formatter();
  format->label("Usage", "使い方");
  format->label("Positionals", "引数");
  translate_command(app, "");
}

}  // namespace sluice::cli
