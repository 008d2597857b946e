import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT_ROOT } from '../../dev/project.js';

/** The commands of the tour in README.md, as a reader pastes them. */
async function readmeTour(): Promise<string> {
  const readme = await readFile(path.join(PROJECT_ROOT, 'README.md'), 'utf8');
  const [, section = ''] = /^## A tour$(.*?)^## /ms.exec(readme) ?? [];
  return [...section.matchAll(/^```sh$(.*?)^```$/gms)].map(([, block]) => block).join('\n');
}

/**
 * Runs the whole tour of README.md in a shell.
 * @param member takes the place of Grace, so that the test can be repeated on one database
 * @returns what the terminal shows, line by line
 */
export async function runReadmeTour(
  member: { loginId: string; email: string },
  addresses: { api: string; inbox: string },
): Promise<string[]> {
  const commands = (await readmeTour())
    .replaceAll('grace@example.test', member.email)
    .replaceAll('grace.hopper', member.loginId);
  const env = { ...process.env, API: addresses.api, INBOX: addresses.inbox };
  return new Promise((resolve, reject) => {
    const shell = execFile(
      'bash',
      ['-c', `set -u\n${commands}`],
      { cwd: PROJECT_ROOT, env, timeout: 50_000 },
      (error, stdout, stderr) =>
        error || stderr ? reject(new Error(`${stderr}\n${stdout}`, { cause: error })) : resolve(stdout.split('\n')),
    );
    shell.stdin?.end();
  });
}
