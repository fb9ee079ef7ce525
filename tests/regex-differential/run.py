#!/usr/bin/env python3
"""Our patterns against Python's re.match: a table of constructs, then random patterns of a common grammar.

run.py PROGRAM [SEED [ROUNDS]]: prints the seed and ends with "N passed, N failed".
"""
import json
import random
import re
import subprocess
import sys
import warnings

warnings.simplefilter("ignore", FutureWarning)  # what a later Python may read as nested sets

NAMES = ["", "a", "ab", "aab", "abc", "b", "xa", "A", "sales_20241101.csv", "sales_2024110.csv", "é", "日本語.csv", "٣", "a b", "a\tb", "a\x1cb",
         "a_b", "a-b", "a.b", "a[b", "a]b", "a{b", "a}b", "a^b", "a\\b", "a$b", "a|b", "a\u0301", "²", "data.csv.gz", "aaaa", "a{2}", "x{,3}", "\x08",
         "a\u3000b", "ab12", "K", "\u212a", "a+b", "(a)", "0", "-", "_", "a\nb"]

# Refused, though Python takes them: RE2 cannot, or it would be another thing.
REFUSED = ["a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b", r"(a)\1", "(?P<n>a)(?P=n)", "(a)?(?(1)b|c)", "(?>a)", "a++", "a{1001}", "(?x)a b", r"[^\W_]",
           r"\N{LATIN SMALL LETTER A}"]
# No patterns for either.
WRONG = ["(", "a)", "[a", "a**", "(?P<n>a)(?P<n>b)", "(?<y>a)", r"\z", r"\Qa\E", r"\p{L}", r"\x{41}", r"\C", "a(?i)b", "\\", "(?#", r"\y", r"[\y]", "(?z)a"]
# The same in both.
SAME = [r"^sales_\d{8}\.csv$", r"\d", r"\D", r"\w", r"\W", r"\s", r"a\sb", r"a\Sb", r"a\Z", r"\Aa", r"\bab\b", r"a\Bb", "a{,2}b", "a{2}", "a{2,}", "a{,}",
        "a{b", "x{,3}", "a{1,2}?b", "a*?b", "a+?", "a??b", r"[\b]", r"[\d.]+", r"[\w-]+$", r"[\W]", r"[\W.]a?", r"a[\s]b", r"a[\S]b", r"[^\d]", r"[^\w]",
        r"[^\s]a?", "[[:alpha:]]", "a[[]b", "a[]]b", "a[]^]b", "[^]a]", r"a[\]]b", r"a[\\]b", r"a[a\-z]b", r"\u0061", r"\U00000061b", r"\x61", r"\0",
        r"\141", r"[\141]", r"[\u0061-\u0063]+$", "(?i)a", "(?i)k", "(?i:A)b", "(?s)a.b", "a.b", "(?m)a$", "(?u)a", r"(?a)\w", r"(?a)\d", r"(?a)a\sb", "(?#x)a",
        "a(?#x)b", "(?P<n>a)b", "(?:a|ab)c", "a|b", "^(a+)+$", r"a\.b", r"a\|b", r"a\$b", r"a\^b", r"a\-b", r"a\_b", r"a\ b", r"\é", "é", "日.*", r"a\+b",
        r"\(a\)", "a(b|c)*$", "(a)(b)?", "(?i)É", r".*_(\d{4})\d*\.(csv|parquet)$", "", r"\D\d?", "a$", "(?-i:a)b"]

ATOMS = ["a", "b", ".", "x", "é", r"\d", r"\w", r"\s", r"\.", "[ab]", "[^a]", r"[\d_]", "[a-z]", "_", "0", "日"]


def random_pattern(generator, depth=0):
    parts = []
    for _ in range(generator.randint(1, 4)):
        if depth < 2 and generator.random() < 0.2:
            inside = random_pattern(generator, depth + 1)
            atom = generator.choice(["({})", "(?:{})", "(?P<n%d>{})" % generator.randrange(10 ** 9)]).format(inside)
        else:
            atom = generator.choice(ATOMS)
        parts.append(atom + generator.choice(["", "", "", "*", "+", "?", "{2}", "{1,2}", "{,2}", "*?", "+?"]))
    pattern = "".join(parts)
    if generator.random() < 0.2:
        pattern += "|" + generator.choice(ATOMS)
    return ("^" if generator.random() < 0.3 else "") + pattern + ("$" if generator.random() < 0.3 else "")


def random_name(generator):
    return "".join(generator.choice("abx é日_0.9 \t") for _ in range(generator.randint(0, 6)))


class Ours:
    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")

    def ask(self, patterns, names):
        self.process.stdin.write(json.dumps({"patterns": patterns, "names": names}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def theirs(patterns, names):
    compiled = [re.compile(pattern) for pattern in patterns]
    return [next((i for i, each in enumerate(compiled) if each.match(name)), -1) for name in names]


def main():
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2 ** 32)
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3000
    print(f"seed {seed}")
    generator, ours, passed, failed = random.Random(seed), Ours(program), 0, 0

    def count(right, words):
        nonlocal passed, failed
        passed, failed = passed + right, failed + (not right)
        if not right:
            print("FAILED:", words)

    for pattern in REFUSED:
        re.compile(pattern)  # it is one of Python's
        answer = ours.ask([pattern], NAMES)
        count("refused" in answer, f"{pattern!r} is taken: {answer}")
    for pattern in WRONG:
        count("refused" in ours.ask([pattern], NAMES), f"{pattern!r} is taken")
    for pattern in SAME:
        # "$" also matches before a last line end in Python: no file name of ours has one at its end.
        answer, expected = ours.ask([pattern], NAMES), theirs([pattern], NAMES)
        differing = [name for name, a, b in zip(NAMES, answer.get("matched", []), expected) if a != b]
        count(answer.get("matched") == expected, f"{pattern!r}: {answer.get('refused', differing)}")
    for _ in range(rounds):
        patterns = [random_pattern(generator) for _ in range(generator.randint(1, 4))]
        names = [random_name(generator) for _ in range(20)]
        answer = ours.ask(patterns, names)
        count(answer.get("matched") == theirs(patterns, names), f"{patterns!r} on {names!r}: {answer}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
