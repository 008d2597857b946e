// Runs a program of the script that kept-code.ts has made, with the code that V8 has compiled for an earlier process:
// `node run-kept-code.cjs <script> <program> [arguments]`. The first process that has run for long enough leaves its code.
'use strict';
const { existsSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const process = require('node:process');
const v8 = require('node:v8');
const vm = require('node:vm');

/** After 10 s, a server has compiled most of what other servers need. The first command is the migration before all tests. */
const LONG_ENOUGH_SECONDS = { main: 10, munjigi: 0 };

const [, , script, program] = process.argv;
process.argv.splice(1, 3, script); // as if it ran by itself
const code = `${script}.${program}.${v8.cachedDataVersionTag()}`; // V8 accepts only code of its version and flags
const cachedData = existsSync(code) ? readFileSync(code) : undefined;
// All joined code is strict: ES modules, and one CommonJS file with 'use strict'.
const text = `(function (require, module) {'use strict';${readFileSync(script, 'latin1')}\n})`;
const joined = new vm.Script(text, { filename: script, cachedData });
if (joined.cachedDataRejected) throw new Error(`V8 refuses ${code}`);

process.once('exit', () => {
  if (cachedData || existsSync(code) || process.uptime() < LONG_ENOUGH_SECONDS[program]) return;
  v8.setFlagsFromString('--allocation-site-pretenuring'); // as it was at the start, see short-lived-objects.ts
  writeFileSync(`${code}.${process.pid}`, joined.createCachedData());
  renameSync(`${code}.${process.pid}`, code);
});

joined.runInThisContext()(require, module);
module.exports[program]();
