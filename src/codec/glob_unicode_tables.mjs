// Writes glob_unicode_tables.cpp to stdout: general categories and simple case folding as JavaScript's `u` and `iu`
// regular expressions see them. Run with Node; the Unicode version is Node's own.
//   node src/codec/glob_unicode_tables.mjs > src/codec/glob_unicode_tables.cpp

const last = 0x10ffff;
const kinds = [
  ['letter_upper', /^\p{Lu}$/u], ['letter_lower', /^\p{Ll}$/u], ['letter_other', /^\p{L}$/u],
  ['number_letter', /^\p{Nl}$/u], ['number_digit', /^\p{Nd}$/u],
  ['separator_space', /^\p{Zs}$/u], ['separator_other', /^\p{Z}$/u],
  ['control', /^\p{Cc}$/u], ['other', /^\p{C}$/u],
  ['punctuation_connector', /^\p{Pc}$/u], ['punctuation', /^\p{P}$/u], ['symbol', /^\p{S}$/u],
];
const none = kinds.length;  // marks and other numbers: in no POSIX class

const kindOf = (code) => {
  const text = String.fromCodePoint(code);
  const at = kinds.findIndex(([, pattern]) => pattern.test(text));
  return at < 0 ? none : at;
};

const runs = [];
for (let code = 0, kind = -1; code <= last; code++) {
  const found = kindOf(code);
  if (found !== kind) runs.push(code * 16 + found);
  kind = found;
}

// Characters that have case at all; only these can be equal to another character under `iu`.
const cased = [];
for (let code = 0; code <= last; code++) {
  if (code >= 0xd800 && code <= 0xdfff) continue;
  const text = String.fromCodePoint(code);
  if (text.toLowerCase() !== text.toUpperCase() || /\p{Changes_When_Casefolded}/u.test(text)) cased.push(text);
}
const everyCased = cased.join('');
const folds = [];
const unfolded = [];  // cased, but equal to nothing else
const done = new Set();
for (const text of cased) {
  if (done.has(text)) continue;
  const group = everyCased.match(new RegExp(text, 'giu'));
  for (const member of group) done.add(member);
  if (group.length === 1) {
    unfolded.push(text.codePointAt(0));
    continue;
  }
  const lower = text.toLowerCase();
  const target = group.includes(lower) ? lower : text;
  for (const member of group) {
    if (member !== target) folds.push([member.codePointAt(0), target.codePointAt(0)]);
  }
}
folds.sort((a, b) => a[0] - b[0]);
for (const [, target] of folds) {
  const text = String.fromCodePoint(target);
  if (text.toLowerCase() === text.toUpperCase()) throw new Error('a fold target without case: revise is_cased');
}

const foldRuns = [];
for (const [from, to] of folds) {
  const run = foldRuns.at(-1);
  if (run && run.delta === to - from) {
    const step = from - run.last;
    if (run.first === run.last && step <= 2) run.stride = step;
    if (step === run.stride) {
      run.last = from;
      continue;
    }
  }
  foldRuns.push({first: from, last: from, stride: 1, delta: to - from});
}

const unfoldedRuns = [];
for (const code of unfolded) {
  const run = unfoldedRuns.at(-1);
  if (run && run[1] + 1 === code) run[1] = code;
  else unfoldedRuns.push([code, code]);
}

const hex = (n) => `0x${n.toString(16).toUpperCase()}`;
const lines = (items) => {
  const out = [];
  let line = ' ';
  for (const item of items) {
    if (line.length + item.length + 2 > 134) {
      out.push(line);
      line = ' ';
    }
    line += ` ${item},`;
  }
  out.push(line);
  return out.join('\n');
};

console.log(`// Written by glob_unicode_tables.mjs from Unicode ${process.versions.unicode}; not edited by hand.
// clang-format off
#include "codec/glob_unicode.hpp"

namespace sluice::codec::glob {
namespace {

constexpr std::uint32_t category_data[] = {
${lines(runs.map(hex))}
};

constexpr FoldRun fold_data[] = {
${lines(foldRuns.map((r) => `{${hex(r.first)}, ${hex(r.last)}, ${r.stride}, ${r.delta}}`))}
};

constexpr CodeRange unfolded_data[] = {
${lines(unfoldedRuns.map(([a, b]) => `{${hex(a)}, ${hex(b)}}`))}
};

}  // namespace

const std::span<const std::uint32_t> category_runs = category_data;
const std::span<const FoldRun> fold_runs = fold_data;
const std::span<const CodeRange> cased_unfolded = unfolded_data;

}  // namespace sluice::codec::glob`);
console.error(`${runs.length} category runs, ${foldRuns.length} fold runs, ${unfoldedRuns.length} unfolded runs`);
