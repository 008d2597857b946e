// `npm test`: runs Jest with the arguments given here. A program rather than a line of shell, so that it works alike on
// every system, and so that a signal sent to it reaches Jest, which then clears up.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { exitCode, onStopRequest, TETHERED } from './child.js';
import { PROJECT_ROOT } from './project.js';

const jest = path.join(PROJECT_ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
// Sources are ES modules, which Jest runs through Node's VM modules, still behind a flag.
const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', ...TETHERED];

const tests = spawn(process.execPath, [...flags, jest, ...process.argv.slice(2)], {
  cwd: PROJECT_ROOT,
  stdio: [process.stdin.isTTY ? 'inherit' : 'pipe', 'inherit', 'inherit'], // a terminal serves `--watch`
});
onStopRequest((signal) => tests.kill(signal));
const [code, signal] = (await once(tests, 'exit')) as [number | null, NodeJS.Signals | null];
process.exit(exitCode(code, signal));
