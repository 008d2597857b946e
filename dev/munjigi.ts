// `npm run munjigi -- <command>`: the command line on the database of a running `npm start`, or on
// the one that DATABASE_URL names.
import { spawnSync } from 'node:child_process';
import { buildIfStale } from './build.js';
import { exitCode } from './child.js';
import { loadEnvFile } from './env-file.js';
import { PROJECT_ROOT } from './project.js';
import { runningStack } from './running-stack.js';

try {
  loadEnvFile();
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
const stack = process.env.DATABASE_URL ? {} : await runningStack();
if (stack === undefined) {
  console.error('Nothing is running: start the stack with `npm start`, or set DATABASE_URL.');
  process.exit(1);
}
await buildIfStale();
const { status, signal } = spawnSync(process.execPath, ['dist/munjigi.cjs', ...process.argv.slice(2)], {
  cwd: PROJECT_ROOT,
  env: { ...process.env, ...stack },
  stdio: 'inherit',
});
process.exit(exitCode(status, signal));
