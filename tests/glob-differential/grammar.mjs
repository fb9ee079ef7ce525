// Random patterns from a grammar. Each element knows its text and how to make a text that it is likely to match, so that
// many of the paths come close to matching. Its weight bounds the number of patterns that its braces expand to.

const plainChars = ['a', 'b', 'c', 'd', 'x', '0', '1', '9', '.', '-', '_', 'A', 'B', 'é', 'É', 'ß', 'ſ', 'K', 'σ', 'ς', '日', '😀'];
const oddChars = ['!', '#', '^', '$', ' ', ',', '(', ')', '|', '[', ']', '{', '}', '\\', '*', '?', '+', '@', '~', '\n', '\u2028', '\u00a0', '\u0301', '\u200b', 'ⅷ', '٣', '€'];
const posix = ['alnum', 'alpha', 'ascii', 'blank', 'cntrl', 'digit', 'graph', 'lower', 'print', 'punct', 'space', 'upper', 'word', 'xdigit', 'nonsense'];

const pathChar = (r) => (r.chance(88) ? r.pick(plainChars) : r.pick(oddChars));
const word = (r, most) => Array.from({length: r.below(most + 1)}, () => pathChar(r)).join('').replaceAll('/', '');
const fixed = (text, match = text) => ({text, match: () => match, weight: 1});
const product = (list) => list.reduce((all, e) => all * (e.weight ?? 1), 1);
const sum = (lists) => lists.reduce((all, list) => all + product(list), 0);
const maxWeight = 400;

function literal(r) {
  const char = r.chance(90) ? r.pick(plainChars) : r.pick(oddChars);
  if (r.chance(8)) return fixed('\\' + char, char);
  return fixed(char);
}

function classMember(r) {
  const kind = r.below(10);
  if (kind < 4) return r.pick(plainChars);
  if (kind < 6) return `${r.pick(plainChars)}-${r.pick(plainChars)}`;
  if (kind < 8) return `[:${r.pick(posix)}:]`;
  if (kind < 9) return r.pick(oddChars);
  return '\\' + r.pick([...oddChars, ...plainChars]);
}

function charClass(r) {
  const members = Array.from({length: 1 + r.below(3)}, () => classMember(r)).join('');
  return {text: `[${r.pick(['', '', '', '!', '^'])}${members}${r.chance(96) ? ']' : ''}`, match: pathChar};
}

function extglob(r, depth) {
  const type = r.pick(['?', '*', '+', '@', '!', '!']);
  const alternatives = Array.from({length: 1 + r.below(3)}, () => elements(r, depth - 1, 3));
  const text = `${type}(${alternatives.map((list) => list.map((e) => e.text).join('')).join('|')}${r.chance(97) ? ')' : ''}`;
  const one = (q) => q.pick(alternatives).map((e) => e.match(q)).join('');
  const repeat = (q, least) => Array.from({length: least + q.below(3)}, () => one(q)).join('');
  const match = {
    '?': (q) => (q.chance(50) ? one(q) : ''), '@': one, '!': (q) => (q.chance(30) ? one(q) : word(q, 3)),
    '*': (q) => repeat(q, 0), '+': (q) => repeat(q, 1),
  }[type];
  return {text, match, weight: alternatives.map(product).reduce((a, b) => a * b, 1)};
}

function braceRange(r) {
  const number = () => (r.chance(25) ? '-' : '') + (r.chance(25) ? '0' : '') + r.below(r.pick([10, 30, 250, 2000]));
  if (r.chance(30)) {
    const [a, b] = [r.pick([...'abcdxzAZM']), r.pick([...'abcdxzAZM'])];
    return {text: `{${a}..${b}${r.chance(30) ? `..${r.pick(['', '-'])}${r.below(4)}` : ''}}`, match: (q) => q.pick([a, b, 'b']), weight: 60};
  }
  const [a, b] = [number(), number()];
  const step = r.chance(25) ? `..${number()}` : '';
  const values = [a, b, String(Number(a)), String(Math.trunc((Number(a) + Number(b)) / 2))];
  return {text: `{${a}..${b}${step}}`, match: (q) => (q.chance(80) ? q.pick(values) : number()), weight: Math.abs(a - b) + 1};
}

function braceList(r, depth) {
  const members = Array.from({length: r.chance(8) ? 1 : 2 + r.below(2)}, () => elements(r, depth - 1, 3, r.chance(15)));
  const text = `${r.chance(4) ? '$' : ''}{${members.map((list) => list.map((e) => e.text).join('')).join(',')}${r.chance(96) ? '}' : ''}`;
  return {text, match: (q) => q.pick(members).map((e) => e.match(q)).join(''), weight: sum(members)};
}

function element(r, depth, slashes) {
  const kind = r.below(100);
  if (slashes && kind < 25) return fixed('/');
  if (kind < 50 || depth <= 0) return kind % 5 === 0 ? {text: '?', match: pathChar} : literal(r);
  if (kind < 63) return {text: '*', match: (q) => word(q, 3)};
  if (kind < 68) return {text: '?', match: pathChar};
  if (kind < 78) return charClass(r);
  if (kind < 90) return extglob(r, depth);
  if (kind < 95) return braceRange(r);
  return braceList(r, depth);
}

function elements(r, depth, most, slashes = false) {
  return Array.from({length: r.below(most + 1)}, () => element(r, depth, slashes));
}

function part(r) {
  const kind = r.below(100);
  if (kind < 18) {
    return {text: '**', match: (q) => Array.from({length: q.below(3)}, () => word(q, 2) || 'a').join('/')};
  }
  if (kind < 22) return fixed(r.pick(['.', '..', '', '***', '.*', '*.*', '?(.)*', '!(.)*', '@(.|..)', '.?(.)', '*()', '!()']));
  const list = r.chance(5) ? [fixed('.')] : [];
  list.push(...elements(r, 3, 4, r.chance(4)));
  if (list.length === 0) list.push(literal(r));
  return {text: list.map((e) => e.text).join(''), match: (q) => list.map((e) => e.match(q)).join(''), weight: product(list)};
}

function mutated(r, path) {
  const chars = [...path];
  for (let edits = r.below(3); edits > 0; edits--) {
    const at = r.below(chars.length + 1);
    const kind = r.below(4);
    if (kind === 0) chars.splice(at, 1);
    else if (kind === 1) chars.splice(at, 0, r.pick(['.', '/', pathChar(r)]));
    else if (kind === 2 && chars[at]) chars[at] = r.chance(50) ? chars[at].toUpperCase() : pathChar(r);
    else chars.push(r.pick(['/', 'a', '/a', '/.a', '.']));
  }
  return chars.join('');
}

export function randomPattern(r) {
  const parts = Array.from({length: 1 + r.below(r.pick([1, 2, 4, 6]))}, () => part(r));
  if (product(parts) > maxWeight) return randomPattern(r);
  const prefix = r.chance(4) ? r.pick(['!', '!!', '#', '/', '\\!', '\\#', './']) : '';
  const suffix = r.chance(5) ? '/' : '';
  const slash = r.chance(4) ? '//' : '/';
  const pattern = prefix + parts.map((p) => p.text).join(slash) + suffix;
  const paths = [];
  for (let i = 0; i < 9; i++) {
    const path = parts.map((p) => p.match(r)).join('/') + (r.chance(8) ? '/' : '');
    paths.push(i < 3 ? path : mutated(r, path));
  }
  paths.push(Array.from({length: 1 + r.below(4)}, () => word(r, 3)).join('/'), word(r, 2));
  return {pattern, paths};
}
