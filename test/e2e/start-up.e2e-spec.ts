import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { serverEnvironment } from '../support/server-environment.js';

/** Runs the server until it ends by itself. */
async function run(env: Record<string, string | undefined>): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const options = { cwd: PROJECT_ROOT, env: serverEnvironment(env), timeout: 50_000 };
    const server = execFile(process.execPath, ['dist/main.js'], options, (_error, stdout, stderr) =>
      resolve({ code: server.exitCode, output: stdout + stderr }),
    );
  });
}

describe('a server with a bad configuration', () => {
  it('SL-03 it does not start and names every problem at once without repeating a value', async () => {
    const env = {
      NODE_ENV: 'production',
      SECRET: 'my-secret-my-secret-my-secret-my-secret',
      DATABASE_URL: 'mysql://munjigi:hidden-password@localhost/munjigi',
      PUBLIC_URL: 'http://accounts.example.com',
      PORT: 'many',
    };
    const { code, output } = await run(env);
    expect(code).toBe(1);
    for (const name of Object.keys(env).slice(1)) expect(output).toMatch(new RegExp(`^  ${name}: \\S`, 'm'));
    for (const value of [env.SECRET, env.PUBLIC_URL, 'hidden-password', 'many']) expect(output).not.toContain(value);
    expect(output).not.toMatch(/^\s+at /m); // plain lines for the operator, no stack
  });

  it('SL-03 it does not start with invalid keys', async () => {
    const DATABASE_URL = process.env.TEST_POSTGRES_URL;
    const { code, output } = await run({ DATABASE_URL, JWT_KEYS: 'certainly not a key', MIGRATE_ON_START: 'false' });
    expect(code).toBe(1);
    expect(output).toContain('JWT_KEYS: needs PEM blocks of P-256 keys');
    expect(output).not.toContain('certainly');
  });

  it('a missing database and a taken port are reported in plain words', async () => {
    const url = new URL(process.env.TEST_POSTGRES_URL!);
    url.pathname = '/nowhere';
    const closed = await run({ DATABASE_URL: url.href });
    expect([closed.code, closed.output]).toEqual([
      1,
      expect.stringMatching(/^The database .* "nowhere" does not exist$/m),
    ]);
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const DATABASE_URL = process.env.TEST_POSTGRES_URL;
    const taken = await run({ DATABASE_URL, MIGRATE_ON_START: 'false', HOST: '127.0.0.1', PORT: String(port) });
    other.close();
    expect([taken.code, taken.output]).toEqual([1, expect.stringMatching(/^The port cannot be used: .*EADDRINUSE/m)]);
    for (const output of [closed.output, taken.output]) expect(output).not.toMatch(/^\s+at /m);
  });
});
