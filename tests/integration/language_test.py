#!/usr/bin/env python3
"""What the program says in Japanese and in English, against sluice-lab: language_test.py SLUICE SLUICE_LAB

Ends with "N passed, N failed".
"""
import json
import re
import sys

from program import AUTHENTICATION, CONFIG, FAILED, PARTIAL, USAGE, run_scenarios
from program_help import commands, help_of

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# "  -r,--recursive   The whole tree": names, perhaps on a line of their own, then the description.
ENTRY = re.compile(r"^  (\S+)(?: [^\n]*?)?(?:\n {20,}|  +)(\S[^\n]*)$", re.MULTILINE)


def entries(text):
    text = text[text.index("\n\n"):]  # after the description and the usage
    end = re.search(r"^(?:Exit codes|終了コード):", text, re.MULTILINE)
    return dict(ENTRY.findall(text[:end.start()] if end else text))


def every_command_and_flag_is_explained_in_both_languages(bench):
    names = commands(bench)
    assert ("batch", "forget") in names and len(names) == 20, names
    for command in names:
        english, japanese = (entries(help_of(bench, command, language)) for language in ("en", "ja"))
        assert english and english.keys() == japanese.keys(), (command, english.keys() ^ japanese.keys())
        for name, text in english.items():
            assert not JAPANESE.search(text), (command, name, text)
            assert JAPANESE.search(japanese[name]), f"{command} {name} has no Japanese text: {japanese[name]}"
        for language in ("en", "ja"):
            first = help_of(bench, command, language).splitlines()[0]
            assert bool(JAPANESE.search(first)) == (language == "ja"), (command, first)


def help_speaks_the_language_of_the_locale_or_of_the_flag(bench):
    assert "終了コード" in bench.run("--help", LANG="ja_JP.UTF-8")
    assert "Exit codes" in bench.run("--help", LANG="ja_JP.UTF-8", LC_ALL="C")
    assert "Exit codes" in bench.run("--help", LANG="ja_JP.eucJP")
    assert "終了コード" in bench.run("--help", SLUICE_LANG="ja")
    assert "Exit codes" in bench.run("--help", "--lang", "en", SLUICE_LANG="ja")
    bench.run("ls", "x", "--lang", "fr", expect=USAGE)
    assert "--lang" in bench.stderr, bench.stderr


def usage_errors_are_framed_in_both_languages(bench):
    bench.run("cp", expect=USAGE)
    assert "from is required" in bench.stderr and "Run with --help" in bench.stderr, bench.stderr
    for arguments, words in ((("cp",), "必要な引数がありません"), (("ls", "x", "--nothing"), "不明な引数です"),
                             (("--transfers", "0", "ls", "x"), "値が正しくありません"), (("--region",), "値の数が合いません")):
        bench.run("--lang", "ja", *arguments, expect=USAGE)
        assert words in bench.stderr and "--help" in bench.stderr, (arguments, bench.stderr)
    bench.run("--lang", "ja", "ls", "s3://test", "--min-size", "lots", expect=USAGE)
    assert "指定が正しくありません" in bench.stderr and "lots" in bench.stderr, bench.stderr


def summaries_and_notes(bench):
    for name in ("a", "b"):
        bench.file(f"s/{name}")
    source = bench.directory / "s"
    for language, dry, line, done, gone in (
            ("en", "Dry run: 2 files", "would copy a (missing)", "Copied 2 files", "Deleted 2 files"),
            ("ja", "ドライラン: コピー対象 2 ファイル", "コピー予定 a(宛先にない)", "コピー完了: 2 ファイル", "2 ファイルを削除しました")):
        run = lambda *arguments, **more: bench.run("--lang", language, *arguments, **more)
        assert line in run("sync", "--dry-run", source, "s3://test/words/"), bench.stdout
        assert dry in bench.stderr, bench.stderr
        run("sync", source, "s3://test/words/")
        assert done in bench.stderr, bench.stderr
        run("rm", "-r", "s3://test/words/")
        assert gone in bench.stderr, bench.stderr


def the_batch(bench):
    bench.file("b/good", b"1\n")
    bench.file("b/bad", b"2\n")
    root = bench.directory / "b"
    step = "grep -q 1 {in} && cp {in} {out} && echo >> {out}"
    bench.run("--lang", "ja", "batch", "run", root, "--shell", "--exec", step, expect=PARTIAL)
    assert "走査完了: 要処理 2" in bench.stderr and "処理完了: 1 ファイル" in bench.stderr and "失敗 1" in bench.stderr, bench.stderr
    status = bench.run("--lang", "ja", "batch", "status", root)
    assert "完了" in status and "失敗 1 回" in status, status
    bench.run("--lang", "ja", "batch", "retry", root)
    assert "失敗した 1 ファイルを再試行の対象にしました" in bench.stderr, bench.stderr
    bench.run("--lang", "ja", "batch", "forget", root, "--all")
    assert "記録をすべて消去しました" in bench.stderr, bench.stderr
    bench.run("batch", "status", root)
    assert bench.stdout.startswith("completed 0\n"), bench.stdout


def failures_are_framed_and_keep_their_words(bench):
    for arguments, code, frame in ((("cat", "s3://test/no-such-key"), FAILED, "見つかりません"),
                                   (("cat", "gopher://x"), FAILED, "対応していません"),
                                   (("ls", "s3://test", "--profile", "nobody"), CONFIG, "設定が正しくありません")):
        bench.run(*arguments, expect=code)
        english = bench.stderr.removeprefix("sluice: ")
        bench.run("--lang", "ja", *arguments, expect=code)
        strip = lambda text: re.sub(r"request [^),]+", "", text)
        assert strip(bench.stderr) == f"sluice: {frame}: {strip(english)}", (english, bench.stderr)
    bench.run("--lang", "ja", "ls", "s3://test", expect=AUTHENTICATION, AWS_SECRET_ACCESS_KEY="no")
    assert "SignatureDoesNotMatch" in bench.stderr and JAPANESE.search(bench.stderr), bench.stderr


def a_configuration_file_may_choose_the_language(bench):
    config = bench.file("lang.yaml", b"lang: ja\n")
    bench.run("--config", config, "cat", "s3://test/no-such-key", expect=FAILED)
    assert "見つかりません" in bench.stderr, bench.stderr
    bench.run("--config", config, "--lang", "en", "cat", "s3://test/no-such-key", expect=FAILED)
    assert not JAPANESE.search(bench.stderr), bench.stderr


def json_and_logs_stay_english(bench):
    bench.file("j/a")
    target = bench.directory / "k"
    shown = bench.run("--lang", "ja", "--json", "-v", "--log-level", "debug", "--log-format", "json", "sync", bench.directory / "j", target)
    lines = [json.loads(line) for line in shown.splitlines() + bench.stderr.splitlines()]
    assert lines[0]["action"] == "copied" and lines[0]["reason"] == "missing", lines[0]
    assert not JAPANESE.search(shown) and not JAPANESE.search(bench.stderr), (shown, bench.stderr)
    summary = bench.summary("--lang", "ja", "cp", "--files-from", bench.file("list", b"missing\n"), bench.directory / "j", target, expect=FAILED)
    assert summary["failures"][0]["code"] == "not_found" and not JAPANESE.search(json.dumps(summary, ensure_ascii=False)), summary


if __name__ == "__main__":
    sys.exit(run_scenarios(globals()))
