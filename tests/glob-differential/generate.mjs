// Prints (pattern, options, paths) with the verdicts of the npm package minimatch, one JSON object a line:
//   {"pattern": "...", "options": ["dot"], "paths": ["a", ...], "verdicts": "10..."}  or  {..., "error": "..."}
// Usage: node generate.mjs <directory with node_modules> <seed> <number of pairs with random patterns>
import {createRequire} from 'node:module';
import {join} from 'node:path';

import {handWritten, handWrittenPaths} from './cases.mjs';
import {Random} from './random.mjs';
import {randomPattern} from './grammar.mjs';

const [modules, seed, wanted] = process.argv.slice(2);
const {Minimatch} = createRequire(join(modules, 'package.json'))('minimatch');
const random = new Random(BigInt(seed));
const optionNames = [
  'dot', 'nocase', 'matchBase', 'nobrace', 'noext', 'noglobstar', 'nonegate', 'nocomment', 'flipNegate',
];

let pairs = 0;
const lines = [];

function write(pattern, options, paths) {
  const record = {pattern, options, paths: [...new Set(paths)]};
  try {
    const settings = Object.fromEntries(options.map((name) => [name, true]));
    const compiled = new Minimatch(pattern, {...settings, platform: 'linux'});
    record.verdicts = record.paths.map((path) => (compiled.match(path) ? '1' : '0')).join('');
    pairs += record.paths.length;
  } catch (error) {
    record.error = String(error);
  }
  lines.push(JSON.stringify(record));
}

// Half of all patterns run with the defaults, for these matter most.
function randomOptions() {
  const few = random.below(2) === 0 ? 0 : 1 + random.below(3);
  const chosen = new Set();
  for (let i = 0; i < few; i++) chosen.add(random.pick(optionNames));
  return optionNames.filter((name) => chosen.has(name));
}

for (const pattern of handWritten) {
  write(pattern, [], handWrittenPaths);
  for (const name of optionNames) write(pattern, [name], random.sample(handWrittenPaths, 30));
  write(pattern, ['dot', 'nocase', 'matchBase'], random.sample(handWrittenPaths, 30));
}
pairs = 0;
while (pairs < Number(wanted)) {
  const {pattern, paths} = randomPattern(random);
  write(pattern, randomOptions(), paths);
}
process.stdout.write(lines.join('\n') + '\n');
