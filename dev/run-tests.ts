// `npm test`: runs Jest with the given arguments. This is a program and not a line of shell, so that it
// works the same on every system. A signal sent to it reaches Jest, which then cleans up. `--long` gives
// tests such as races, fuzzing and faults their full number of rounds and requests. `--seed=N`, an option
// of Jest, repeats a run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { exitCode, onStopRequest, EXIT_WITH_PARENT, SHORT_LIVED } from './child.js';
import { PROJECT_ROOT } from './project.js';

const jest = path.join(PROJECT_ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
// Sources are ES modules, which Jest runs through Node's VM modules, still behind a flag.
const flags = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  ...SHORT_LIVED,
  ...EXIT_WITH_PARENT,
];

const given = process.argv.slice(2);
const isLong = given.includes('--long');

const tests = spawn(process.execPath, [...flags, jest, ...given.filter((argument) => argument !== '--long')], {
  cwd: PROJECT_ROOT,
  env: { ...process.env, ...(isLong && { TEST_LENGTH: 'long' }) },
  stdio: [process.stdin.isTTY ? 'inherit' : 'pipe', 'inherit', 'inherit'], // `--watch` reads keys from the terminal
});
onStopRequest((signal) => tests.kill(signal));
const [code, signal] = (await once(tests, 'exit')) as [number | null, NodeJS.Signals | null];
process.exit(exitCode(code, signal));
