import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PROJECT_ROOT } from '../../dev/project.js';
import type { Outcome } from '../support/command-line.js';
import {
  debianPostgresPrograms,
  type ExternalServer,
  skipNotice,
  startDebianPostgres,
} from '../support/debian-server.js';
import { eventually } from '../support/eventually.js';
import { given, unique } from '../support/factories.js';
import { mailbox } from '../support/mailbox.js';
import { askFor } from '../support/recovery.js';
import { codeAt, enrol } from '../support/second-factor.js';
import { serverEnvironment } from '../support/server-environment.js';
import { withResolvedParts } from '../support/openapi-fields.js';
import { TestApp } from '../support/test-app.js';

const page = readFileSync(path.join(PROJECT_ROOT, 'docs/operations.md'), 'utf8');

/** The commands of the page in their order. */
const commands = [...page.matchAll(/```console\n(.*?)```/gs)].flatMap(([, block]) =>
  block!
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2)),
);

/** The documented production settings, except that the tests' mail server has no certificate. */
const PRODUCTION = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://accounts.example.test',
  SMTP_REQUIRE_TLS: 'false',
  SHUTDOWN_DRAIN_SECONDS: '0',
};

const bin = debianPostgresPrograms();
if (bin === undefined) skipNotice('PostgreSQL with pg_dump', 'postgresql');

/**
 * One story: from an empty database to a restored backup, by the commands of docs/operations.md as
 * they stand there.
 */
(bin === undefined ? describe.skip : describe)('docs/operations.md', () => {
  let postgres: ExternalServer & { url: string };
  let pool: pg.Pool;
  let folder: string;
  let app: TestApp | undefined;
  const done: string[] = [];

  beforeAll(async () => {
    postgres = await startDebianPostgres(bin!);
    pool = new pg.Pool({ connectionString: postgres.url, max: 3 });
    pool.on('error', () => undefined);
    folder = mkdtempSync(path.join(os.tmpdir(), 'munjigi-operator-'));
    // Like `npm link`.
    chmodSync(path.join(PROJECT_ROOT, 'dist/munjigi.cjs'), 0o755);
    symlinkSync(path.join(PROJECT_ROOT, 'dist/munjigi.cjs'), path.join(folder, 'munjigi'));
  });
  afterAll(async () => {
    await app?.stop();
    await pool?.end();
    await postgres?.stop();
    if (folder) rmSync(folder, { recursive: true });
  });

  /** Runs the next command of the page in a shell and checks how it begins. */
  const run = async (beginning: string): Promise<Outcome> => {
    const command = commands[done.length];
    expect(command).toMatch(new RegExp(`^${beginning}`));
    done.push(command!);
    const env = serverEnvironment({
      ...PRODUCTION,
      DATABASE_URL: postgres.url,
      PATH: [folder, path.dirname(process.execPath), bin, process.env.PATH].join(path.delimiter),
    });
    const outcome = await new Promise<Outcome>((resolve) => {
      const shell = execFile('bash', ['-c', command!], { cwd: folder, env }, (_error, stdout, stderr) =>
        resolve({ code: shell.exitCode, stdout, stderr }),
      );
      shell.stdin?.end();
    });
    expect([command, outcome]).toEqual([command, expect.objectContaining({ code: 0, stderr: '' })]);
    return outcome;
  };
  const start = async (): Promise<TestApp> => {
    const database = { url: postgres.url, name: 'munjigi', pool, drop: async () => undefined };
    return (app = await TestApp.start({ database, env: PRODUCTION }));
  };

  it('MI-03 works command by command: set-up, keys, backup; after a restore passwords work, used codes and ended sessions do not', async () => {
    expect((await run('munjigi config check')).stdout).toContain('The configuration is valid.');
    expect((await run('munjigi migrate')).stdout).toMatch(/^Applied: InitialSchema/);
    expect((await run('munjigi admin create')).stdout).toContain('root.operator is an administrator.');
    expect((await run('munjigi mail test')).stdout).toContain('has accepted a mail to root@example.com');
    expect((await mailbox.to('root@example.com').all()).map(({ subject }) => subject)).toContain('[Munjigi] Test mail');

    let server = await start();
    const invitation = await mailbox.to('root@example.com').waitForCount(2);
    expect(invitation.some(({ linkToken }) => linkToken !== undefined)).toBe(true);
    const member = await enrol(await given.member(server));
    const used = await askFor(server, 'password-reset', member);

    expect((await run('munjigi keys rotate')).stdout).toContain('PREVIOUS_SECRETS');
    expect((await run('munjigi keys reseal')).stdout).toContain('All values need only SECRET.');
    await run('pg_dump');
    // After the backup: use the code, change the password, end the session.
    const proof = { requestId: used.requestId, code: used.mail.code };
    const newPassword = unique.password();
    const { body } = await server.post('/api/auth/password-reset/confirm-code', proof).expect(200);
    await server.post('/api/auth/password-reset', { newPassword }, body.resetToken).expect(204);
    await server.post('/api/auth/refresh', undefined, member.refreshToken).expect(401);
    await server.stop();

    await run('psql');
    await run('pg_restore');
    expect((await run('munjigi migrate')).stdout).not.toContain('Applied');
    // In the backup, the code and the session are still valid.
    const { rows } = await pool.query(
      `SELECT (SELECT count(*)::int FROM proof_requests WHERE spent_at IS NULL AND voided_at IS NULL) AS proofs,
              (SELECT count(*)::int FROM sessions WHERE ended_at IS NULL) AS sessions`,
    );
    expect(rows[0].proofs).toBeGreaterThan(0);
    expect(rows[0].sessions).toBe(1);
    expect((await run('munjigi after-restore')).stdout).toContain('1 sessions');
    expect(done).toEqual(commands);

    server = await start();
    await server.post('/api/auth/password-reset/confirm-code', proof).expect(400);
    await server.post('/api/auth/refresh', undefined, member.refreshToken).expect(401);
    const login = (password: string) =>
      server.client().post('/api/auth/login', { identifier: member.loginId, password });
    await login(newPassword).expect(401);
    const { body: challenge } = await login(member.password).expect(200);
    await server
      .post('/api/auth/login/mfa', { mfaToken: challenge.mfaToken, code: codeAt(member.secret, 1) })
      .expect(200);
    await server.stop();
    app = undefined;
  });
});

describe('the alerts in the guide', () => {
  const rows = [...page.matchAll(/^\| (Munjigi\w+) \| (.+?) \| (.+) \|$/gm)];
  const spans = rows.flatMap(([, , , advice]) => [...advice!.matchAll(/`([^`]+)`/g)].map(([, span]) => span!));
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start({ env: { LOG_LEVEL: 'info' } });
  });
  afterAll(() => app.stop());

  it('are documented in the order of the rules file, each with advice', () => {
    const rules = readFileSync(path.join(PROJECT_ROOT, 'deploy/monitoring/alerts.yaml'), 'utf8');
    expect(rows.map(([, name]) => name)).toEqual([...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name));
  });

  it('name only operations, metrics, settings and statements that exist', async () => {
    const document = withResolvedParts((await app.get('/docs-json').expect(200)).body);
    const metrics = (await app.get('/metrics').expect(200)).text;
    const settings = readFileSync(path.join(PROJECT_ROOT, '.env.example'), 'utf8');
    const kinds = { operation: 0, metric: 0, setting: 0, statement: 0, command: 0 };
    for (const span of spans) {
      const [, method, route, query] = /^([A-Z]+) (\/[^?]*)(?:\?(.*))?$/.exec(span) ?? [];
      if (method !== undefined) {
        const operation = document.paths[route!]?.[method.toLowerCase()];
        expect([span, operation !== undefined]).toEqual([span, true]);
        for (const [name] of new URLSearchParams(query))
          expect(operation.parameters.map((parameter: { name: string }) => parameter.name)).toContain(name);
        kinds.operation += 1;
      } else if (/^munjigi_/.test(span)) {
        expect(metrics).toContain(`# TYPE ${span} `);
        kinds.metric += 1;
      } else if (/^[A-Z_]+$/.test(span)) {
        expect(settings).toMatch(new RegExp(`^(# )?${span}=`, 'm'));
        kinds.setting += 1;
      } else if (/^SELECT /.test(span)) {
        await app.sql.query(span);
        kinds.statement += 1;
      } else {
        expect(span).toMatch(/^(grep|munjigi) /);
        kinds.command += 1;
      }
    }
    expect(Object.entries(kinds).filter(([, count]) => count === 0)).toEqual([]);
  });

  it('lead to the log line of an unexpected error, with its request id and without personal data', async () => {
    const member = await enrol(await given.member(app));
    const { body } = await app.post('/api/auth/login', { identifier: member.loginId, password: member.password });
    await app.sql.query(`UPDATE totp_secrets SET sealed = 'nonsense' WHERE member_id = $1`, [member.id]);
    const answer = await app.post('/api/auth/login/mfa', { mfaToken: body.mfaToken, code: codeAt(member.secret, 1) });
    expect(answer.status).toBe(500);
    const command = spans.find((span) => span.startsWith('grep '))!;
    const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'munjigi-log-')), 'log');
    const stdout = await eventually('the line of the log', async () => {
      writeFileSync(file, app.logs.join('\n'));
      return spawnSync('bash', ['-c', `${command} ${file}`], { encoding: 'utf8' }).stdout || undefined;
    });
    rmSync(path.dirname(file), { recursive: true });
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout).toContain(answer.body.requestId);
    for (const data of [member.id, member.email, member.loginId]) expect(stdout).not.toContain(data);
  });
});
