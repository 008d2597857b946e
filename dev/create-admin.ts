// `npm run admin:create -- --email … --login-id …`: `munjigi admin create` on the database of a
// running `npm start`, or on the one that DATABASE_URL names.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildIfStale } from './build.js';
import { exitCode } from './child.js';
import { PROJECT_ROOT } from './project.js';
import { runningStack } from './running-stack.js';

const envFile = path.join(PROJECT_ROOT, '.env');
if (existsSync(envFile)) process.loadEnvFile(envFile);

const stack = process.env.DATABASE_URL ? {} : await runningStack();
if (stack === undefined) {
  console.error('Nothing is running: start the stack with `npm start`, or set DATABASE_URL.');
  process.exit(1);
}
await buildIfStale();
const { status, signal } = spawnSync(
  process.execPath,
  ['dist/munjigi.cjs', 'admin', 'create', ...process.argv.slice(2)],
  {
    cwd: PROJECT_ROOT,
    env: { ...process.env, ...stack },
    stdio: 'inherit',
  },
);
process.exit(exitCode(status, signal));
