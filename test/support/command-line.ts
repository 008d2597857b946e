import { execFile } from 'node:child_process';
import path from 'node:path';
import { SHORT_LIVED } from '../../dev/child.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { builtProgram } from './built-program.js';
import { serverEnvironment } from './server-environment.js';

/** The exit code and the output of a command. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `munjigi` as in a container: without a terminal and with empty standard input. */
export function munjigi(args: string[], env: Record<string, string | undefined> = {}): Promise<Outcome> {
  return run(process.execPath, [...SHORT_LIVED, ...builtProgram('munjigi'), ...args], env);
}

/** As {@link munjigi}, in another directory, which has a `.data/` of its own. */
export function munjigiIn(cwd: string, args: string[], env: Record<string, string | undefined>): Promise<Outcome> {
  return run(process.execPath, [path.join(PROJECT_ROOT, 'dist/munjigi.cjs'), ...args], env, cwd);
}

/** Runs `munjigi` as on a full disk: no file can grow beyond 512 bytes, the unit of `ulimit -f`. */
export function munjigiOnFullDisk(args: string[], env: Record<string, string | undefined>): Promise<Outcome> {
  const script = 'ulimit -f 1; exec "$0" dist/munjigi.cjs "$@"';
  return run('/bin/sh', ['-c', script, process.execPath, ...args], env);
}

function run(
  file: string,
  args: string[],
  env: Record<string, string | undefined>,
  cwd = PROJECT_ROOT,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd, env: serverEnvironment(env), timeout: 50_000 };
    const command = execFile(file, args, options, (_error, stdout, stderr) =>
      resolve({ code: command.exitCode, stdout, stderr }),
    );
    command.stdin?.end();
  });
}
