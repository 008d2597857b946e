import { execFile } from 'node:child_process';
import { PROJECT_ROOT } from '../../dev/project.js';
import { serverEnvironment } from './server-environment.js';

/** The exit code and the output of a command. */
export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `munjigi` as in a container: without a terminal and with empty standard input. */
export function munjigi(args: string[], env: Record<string, string | undefined> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const options = { cwd: PROJECT_ROOT, env: serverEnvironment(env), timeout: 50_000 };
    const command = execFile(process.execPath, ['dist/munjigi.cjs', ...args], options, (_error, stdout, stderr) =>
      resolve({ code: command.exitCode, stdout, stderr }),
    );
    command.stdin?.end();
  });
}
