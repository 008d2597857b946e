import { type ChildProcess, execFileSync, type ExecFileSyncOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../dev/free-port.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { postgresAccount } from '../../dev/run-as.js';
import { eventually } from './eventually.js';

const READY_MS = 60_000;
/** Where nginx keeps bodies that memory does not hold. */
const NGINX_FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
const DEBIAN_POSTGRES = '/usr/lib/postgresql';

/** A server of another project for one test file, on loopback with its own folder. */
export interface ExternalServer {
  port: number;
  /**
   * Pauses the main process with its connections open until `thaw`. Only a server that stops by SIGKILL
   * may be stopped while it is paused.
   */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Whether the program is installed. Tests that need it are otherwise skipped with a reason. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** The Python of Debian, for which the packages of Debian are installed. */
export const PYTHON = '/usr/bin/python3';

/** Whether this Python can import each of the modules. */
export function hasPythonModules(...modules: string[]): boolean {
  return spawnSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' }).status === 0;
}

/** Prints into the output of the run why tests are skipped. */
export function skipNotice(program: string, debianPackage: string): void {
  console.warn(`Skipped: ${program} is not installed (apt-get install ${debianPackage}).`);
}

/** PgBouncer in transaction mode with few server connections, in front of `databaseUrl`. */
export async function startPgBouncer(databaseUrl: string): Promise<ExternalServer & { url: string }> {
  const behind = new URL(databaseUrl);
  const url = new URL(databaseUrl);
  const server = await start('pgbouncer', (port) => ({
    args: ['pgbouncer.ini'],
    file: 'pgbouncer.ini',
    text: `[databases]
* = host=${behind.hostname} port=${behind.port} user=${behind.username} password=${behind.password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
`,
  }));
  url.hostname = '127.0.0.1';
  url.port = String(server.port);
  return { ...server, url: url.href };
}

/** nginx as `deploy/nginx.conf` configures it, with another certificate, in front of these ports. */
export async function startNginx(ports: readonly number[]): Promise<ExternalServer & { url: string }> {
  const deployed = await readFile(path.join(PROJECT_ROOT, 'deploy', 'nginx.conf'), 'utf8');
  const servers = ports.map((port) => `server 127.0.0.1:${port} max_fails=2 fail_timeout=5s;`).join('\n');
  const server = await start('nginx', (port, directory) => ({
    args: ['-p', directory, '-c', path.join(directory, 'nginx.conf'), '-g', 'daemon off;'],
    file: 'nginx.conf',
    text: deployed
      .replace(/server web-1[^]*?(?=\n\s*keepalive)/, servers)
      .replaceAll('/etc/nginx/tls', directory)
      .replaceAll(/\/dev\/std\w+/g, path.join(directory, 'log'))
      .replace('/tmp/nginx.pid', path.join(directory, 'nginx.pid'))
      // Debian's nginx makes these folders in /var/lib the first time that root starts it.
      .replace('http {', `http {\n${NGINX_FOLDERS.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n')}`)
      // Debian's nginx is older than the image's: it has no directive `http2`, only an argument of `listen`.
      .replace(/listen 8443 ssl;\s*http2 on;/, `listen 127.0.0.1:${port} ssl http2;`),
    prepare: (options) =>
      execFileSync(
        'openssl',
        'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=test -keyout key.pem -out fullchain.pem'.split(
          ' ',
        ),
        options,
      ),
    stopBy: 'SIGTERM', // its workers end as well
  }));
  return { ...server, url: `https://127.0.0.1:${server.port}` };
}

/** Redis without persistence. */
export async function startRedis(): Promise<ExternalServer & { url: string }> {
  const server = await start('redis-server', (port) => ({
    args: ['redis.conf'],
    file: 'redis.conf',
    text: `bind 127.0.0.1\nport ${port}\nsave ""\nappendonly no\n`,
  }));
  return { ...server, url: `redis://127.0.0.1:${server.port}` };
}

/**
 * Debian's folder of the newest PostgreSQL with server and client programs; undefined without one.
 */
export function debianPostgresPrograms(): string | undefined {
  const versions = existsSync(DEBIAN_POSTGRES) ? readdirSync(DEBIAN_POSTGRES) : [];
  return versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => path.join(DEBIAN_POSTGRES, version, 'bin'))
    .find((bin) => ['initdb', 'postgres', 'pg_dump', 'pg_restore'].every((name) => existsSync(path.join(bin, name))));
}

/** PostgreSQL of the distribution, with one empty database owned by an ordinary role. */
export async function startDebianPostgres(bin: string): Promise<ExternalServer & { url: string }> {
  const server = await start(path.join(bin, 'postgres'), (port) => ({
    args: ['-D', 'data', '-c', `port=${port}`, '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    prepare: (options) =>
      execFileSync(path.join(bin, 'initdb'), [...'-D data -U postgres -A trust --no-sync -E UTF8'.split(' ')], options),
    stopBy: 'SIGQUIT', // its children end as well
  }));
  try {
    // It listens a moment before it accepts logins.
    const admin = await eventually('a PostgreSQL that has started', async () => {
      const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' });
      return client.connect().then(
        () => client,
        () => undefined,
      );
    });
    await admin.query(`CREATE ROLE munjigi LOGIN PASSWORD 'munjigi'`);
    await admin.query('CREATE DATABASE munjigi OWNER munjigi');
    await admin.end();
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, url: `postgres://munjigi:munjigi@127.0.0.1:${server.port}/munjigi` };
}

interface Start {
  readonly args: string[];
  /** A configuration file, written beforehand. */
  readonly file?: string;
  readonly text?: string;
  /** Runs in the server's folder as its user, before it starts. */
  readonly prepare?: (options: ExecFileSyncOptions) => void;
  readonly stopBy?: NodeJS.Signals;
}

async function start(program: string, configure: (port: number, directory: string) => Start): Promise<ExternalServer> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'munjigi-test-'));
  const port = await freePort();
  const { args, file, text = '', prepare, stopBy = 'SIGKILL' } = configure(port, directory);
  if (file !== undefined) await writeFile(path.join(directory, file), text);
  // Like PostgreSQL, PgBouncer refuses to run as root.
  const account = await postgresAccount(directory);
  if (account) {
    await chown(directory, account.uid, account.gid);
    await chmod(directory, 0o755);
  }
  prepare?.({ cwd: directory, stdio: 'ignore', ...account });
  const child = spawn(program, args, { cwd: directory, stdio: 'ignore', ...account });
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(stopBy);
      await ended;
    }
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilListening(child, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, freeze: () => child.kill('SIGSTOP'), thaw: () => child.kill('SIGCONT'), stop };
}

async function untilListening(child: ChildProcess, port: number): Promise<void> {
  for (const deadline = Date.now() + READY_MS; ; await pause(20)) {
    const socket = net.connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error(`${child.spawnfile} did not start`);
  }
}
