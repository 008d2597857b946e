import 'reflect-metadata';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../dev/free-port.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { EVENT_TYPES } from '../../src/security/events/events.js';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/bootstrap/data-source.js';
import { AppConfig } from '../../src/platform/config/app-config.js';
import { Database } from '../../src/platform/database/database.js';
import { makeErasure } from '../support/erasure.js';
import { serverEnvironment } from '../support/server-environment.js';
import { givenApiKey } from '../support/api-keys.js';
import { hasPythonModules, PYTHON, skipNotice } from '../support/debian-server.js';
import { eventually } from '../support/eventually.js';
import { given, unique, type GivenMember } from '../support/factories.js';
import { SeededRandom } from '../support/seeded-random.js';
import { TestApp } from '../support/test-app.js';
import { allowTime, howMany } from '../support/test-length.js';

allowTime();

const CHANGES = howMany({ short: 60, long: 1000 });

/** A cursor from long before the events that any server keeps. */
const OLD_CURSOR = '1.1';
const SET_CURSOR = `import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as db:
    db.execute("UPDATE position SET cursor = ?", (sys.argv[2],))`;

const PROGRAMS = {
  express: {
    isInstalled: true,
    command: () => [process.execPath, 'receiver.js'],
    setCursor: async (cursor: string, app: TestApp) => {
      await app.sql.query('UPDATE team_cursor SET cursor = $1', [cursor]);
    },
  },
  fastapi: {
    isInstalled: hasPythonModules('fastapi', 'httpx', 'uvicorn'),
    command: (port: number) => [PYTHON, '-B', '-m', 'uvicorn', 'main:app', '--port', String(port)],
    setCursor: async (cursor: string, _app: TestApp, file: string) => {
      execFileSync(PYTHON, ['-c', SET_CURSOR, file, cursor]);
    },
  },
};

if (!PROGRAMS.fastapi.isInstalled) skipNotice('FastAPI, httpx or uvicorn', 'python3-fastapi python3-httpx uvicorn');

/** One of the example receivers. It runs between `start` and `end`. */
class Receiver {
  private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'munjigi-receiver-'));
  private readonly file = path.join(this.folder, 'members.db');
  private child?: ChildProcess;

  private constructor(
    readonly name: keyof typeof PROGRAMS,
    private readonly command: string[],
    private readonly port: number,
    private readonly key: string,
    private readonly secret: string,
  ) {}

  static async register(app: TestApp, name: keyof typeof PROGRAMS): Promise<Receiver> {
    const { key } = await givenApiKey(app, ['webhooks:write', 'events:read', 'members:read']);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/webhooks`;
    const { body } = await app.post('/api/admin/webhooks', { url, types: EVENT_TYPES }, key).expect(201);
    return new Receiver(name, PROGRAMS[name].command(port), port, key, body.secret);
  }

  async start(app: TestApp): Promise<void> {
    const [program = '', ...args] = this.command;
    const output: string[] = [];
    const child = spawn(program, args, {
      cwd: path.join(PROJECT_ROOT, 'examples', 'event-receivers', this.name),
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(this.port), MUNJIGI_URL: app.origin },
        ...{ API_KEY: this.key, WEBHOOK_SECRET: this.secret, DATABASE_URL: app.database.url },
        DATABASE_FILE: this.file,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    process.once('exit', () => child.kill('SIGKILL')); // also when the test ends early
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(String(text)));
    await eventually(`the receiver ${this.name} starts`, async () => {
      if (child.exitCode !== null) throw new Error(output.join(''));
      return (await this.table()) && true;
    });
  }

  async end(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Makes a stopped receiver look as if it had been away for longer than events are kept. */
  expireCursor(app: TestApp): Promise<void> {
    return PROGRAMS[this.name].setCursor(OLD_CURSOR, app, this.file);
  }

  async remove(): Promise<void> {
    await this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async table(): Promise<string[] | undefined> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/members`).catch(() => null);
    if (!answer?.ok) return undefined;
    const rows = (await answer.json()) as { id: string; data: any }[];
    return rows.map(({ id, data }) => lineOf(id, data)).sort();
  }
}

const lineOf = (id: string, member: any): string =>
  [id, member.loginId, member.email, member.name, member.locale, member.role, member.status].join(' ');

describe('the tables of members of the examples', () => {
  const names = (['express', 'fastapi'] as const).filter((name) => PROGRAMS[name].isInstalled);
  const random = new SeededRandom(18);
  let app: TestApp;
  let key: string;
  let receivers: Receiver[];
  let members: GivenMember[];

  beforeAll(async () => {
    app = await TestApp.start({
      env: { OUTBOX_LEASE_SECONDS: '2', SMTP_TIMEOUT_SECONDS: '1', ACCESS_TOKEN_TTL_SECONDS: '36000' },
    });
    ({ key } = await givenApiKey(app, ['members:write']));
    // Some members are older than the webhooks.
    members = [await given.member(app), await given.member(app)];
    receivers = [];
    for (const name of names) receivers.push(await Receiver.register(app, name));
  });
  afterAll(async () => {
    for (const receiver of receivers) await receiver.remove();
    await app.stop();
  });

  const startAll = () => Promise.all(receivers.map((receiver) => receiver.start(app)));
  const endAll = () => Promise.all(receivers.map((receiver) => receiver.end()));

  async function expectEqualTables(): Promise<void> {
    const wanted = await expectedLines();
    for (const receiver of receivers) expect([receiver.name, await receiver.table()]).toEqual([receiver.name, wanted]);
  }

  async function expectedLines(): Promise<string[]> {
    const { rows } = await app.sql.query(
      `SELECT id, login_id AS "loginId", email, name, locale, role, status FROM members`,
    );
    return rows.map((row) => lineOf(row.id, row)).sort();
  }

  /** Makes one change of a random kind. A killed server may lose the change, and then writes no event for it. */
  async function change(): Promise<void> {
    const kind = random.below(20);
    const member = random.pick(members);
    const act = (status: string) =>
      app.request('PATCH', `/api/admin/members/${member.id}`, { body: { status }, token: key }).catch(() => undefined);
    if (kind === 0) members.push(await given.member(app));
    else if (kind < 3) await act('disabled');
    else if (kind < 6) await act('active');
    else
      await member.client
        .patch('/api/members/me', { name: unique.loginId() }, member.accessToken)
        .catch(() => undefined);
  }

  /** Erases a member as the scheduled job does, two weeks after the member closed the account. */
  async function erase({ id }: GivenMember): Promise<void> {
    await app.sql.query(`UPDATE members SET status = 'closed', closed_at = now() - interval '15 days' WHERE id = $1`, [
      id,
    ]);
    const { url } = app.database;
    const config = AppConfig.load(serverEnvironment({ DATABASE_URL: url }));
    const dataSource = await new DataSource(dataSourceOptions({ url, poolSize: 2, timeoutSeconds: 30 })).initialize();
    const database = new Database(dataSource);
    await makeErasure(config, database).eraseDue();
    await dataSource.destroy();
  }

  async function changes(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await change();
  }

  it('EV-01 equal the members after random changes, a kill of each side and a day of absence', async () => {
    await startAll();
    await expectEqualTables(); // copied
    await changes(CHANGES / 4);
    process.kill(app.pid!, 'SIGKILL');
    await change();
    await app.restart();
    await endAll();
    await startAll(); // again, because the restarted server has a new port
    await changes(CHANGES / 4);
    await endAll(); // while deliveries arrive
    await changes(CHANGES / 4);
    // Erased while the receivers are away.
    const gone = members.pop()!;
    await erase(gone);
    const { rowCount: waiting } = await app.sql.query(
      `SELECT DISTINCT webhook_id FROM event_deliveries WHERE status = 'pending'`,
    );
    expect(waiting).toBe(names.length);
    await app.sql.query(
      `UPDATE event_deliveries SET created_at = created_at - interval '1 day', available_at = available_at - interval '1 day' WHERE status = 'pending'`,
    );
    await app.sql.query(`UPDATE webhooks SET failing_since = failing_since - interval '1 day'`);
    await startAll();
    await changes(CHANGES / 4);
    await eventually('the tables are equal', async () => {
      await app.sql.query(
        `UPDATE event_deliveries SET available_at = now() WHERE status = 'pending' AND available_at > now() + interval '2 s'`,
      );
      const pending = await app.sql.query(`SELECT FROM event_deliveries WHERE status = 'pending' LIMIT 1`);
      if (pending.rowCount !== 0) return undefined;
      await expectEqualTables();
      return true;
    });
    process.stdout.write(
      `event receivers ${names.join(', ')}: ${CHANGES} changes, ${members.length} members, tables equal\n`,
    );
  });

  it('EV-05 equal the members after an absence longer than the log, in which one was erased and one moved', async () => {
    const [gone, moved] = [await given.member(app), await given.member(app)];
    members.push(moved);
    await endAll();
    await startAll();
    await expectEqualTables(); // both members are stored with the id of an event
    await endAll();
    await erase(gone);
    await app.sql.query('UPDATE members SET email = $2, email_key = $2 WHERE id = $1', [moved.id, unique.email()]);
    await app.sql.query('DELETE FROM events'); // with their deliveries, as the purge does
    for (const receiver of receivers) await receiver.expireCursor(app);
    await startAll();
    await expectEqualTables();
    // An event that arrives after the copy still changes the tables.
    await moved.client.patch('/api/members/me', { name: unique.loginId() }, moved.accessToken).expect(200);
    await eventually('the tables are equal', async () => {
      const wanted = String(await expectedLines());
      for (const receiver of receivers) if (String(await receiver.table()) !== wanted) return undefined;
      return true;
    });
  });
});
