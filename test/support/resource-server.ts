import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../dev/free-port.js';
import { PROJECT_ROOT } from '../../dev/project.js';
import { hasPythonModules, isInstalled, PYTHON } from './debian-server.js';
import { eventually } from './eventually.js';

const EXAMPLES = path.join(PROJECT_ROOT, 'examples', 'resource-servers');
/** Much longer than the pause between two heartbeats, which these tests shorten. */
const MAX_SILENCE_SECONDS = 7;

/** An example of an API that checks access tokens itself. */
export interface ResourceServerProgram {
  readonly name: string;
  /** Debian packages without which it is skipped. */
  readonly packages: string;
  isInstalled(): boolean;
  /** The command that starts it; builds the program first where it has to be built. */
  command(port: number, folder: string): readonly [string, ...string[]];
}

export const PROGRAMS: readonly ResourceServerProgram[] = [
  {
    name: 'express',
    packages: 'nodejs',
    isInstalled: () => true,
    command: () => [process.execPath, '--import', 'tsx', 'server.js'],
  },
  {
    name: 'nest',
    packages: 'nodejs',
    isInstalled: () => true,
    command: () => [process.execPath, '--import', 'tsx', 'main.ts'],
  },
  {
    name: 'fastapi',
    packages: 'python3-fastapi python3-jwt python3-cryptography python3-httpx uvicorn',
    isInstalled: () => hasPythonModules('fastapi', 'httpx', 'jwt', 'cryptography', 'uvicorn'),
    command: (port) => [PYTHON, '-B', '-m', 'uvicorn', 'main:app', '--port', String(port), '--log-level', 'warning'],
  },
  {
    name: 'go',
    packages: 'golang-go',
    isInstalled: () => isInstalled('go'),
    command: (_, folder) => {
      const binary = path.join(folder, 'api');
      const built = spawnSync('go', ['build', '-o', binary, '.'], { cwd: path.join(EXAMPLES, 'go'), encoding: 'utf8' });
      if (built.status !== 0) throw new Error(`The program in Go does not compile: ${built.stderr}`);
      return [binary];
    },
  },
];

/** What a running program trusts. */
export interface TrustedIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly apiKey: string;
}

/** An example program in a process of its own. */
export class ResourceServer {
  private readonly output: string[] = [];

  private constructor(
    readonly name: string,
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Starts the process. {@link waitUntilReady} waits for the program itself. */
  static async start(
    program: ResourceServerProgram,
    { issuer, audience, apiKey }: TrustedIssuer,
  ): Promise<ResourceServer> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const folder = mkdtempSync(path.join(os.tmpdir(), 'munjigi-resource-server-'));
    const [command, ...args] = program.command(port, folder);
    const child = spawn(command, args, {
      cwd: path.join(EXAMPLES, program.name),
      env: {
        ...{ PATH: process.env.PATH, HOME: process.env.HOME, PORT: String(port), API_URL: url },
        // Leads the programs in JavaScript to the verifier's sources.
        TSX_TSCONFIG_PATH: path.join(EXAMPLES, 'tsconfig.json'),
        ...{ ISSUER: issuer, AUDIENCE: audience, API_KEY: apiKey, MAX_SILENCE_SECONDS: String(MAX_SILENCE_SECONDS) },
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill('SIGKILL')); // also when the test ends early
    const server = new ResourceServer(program.name, url, child, folder);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => server.output.push(text));
    return server;
  }

  /** The status, and the `error` of WWW-Authenticate. */
  async get(where: string, headers: Record<string, string> = {}): Promise<{ status: number; error?: string }> {
    const answer = await fetch(`${this.url}${where}`, { headers });
    await answer.arrayBuffer();
    const error = /error="([^"]+)"/.exec(answer.headers.get('www-authenticate') ?? '')?.[1];
    return { status: answer.status, ...(error !== undefined && { error }) };
  }

  /** Waits until the program accepts this token. */
  async waitUntilReady(token: string): Promise<void> {
    await eventually(`${this.name} is ready`, async () => {
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended`);
      const answer = await this.get('/me', { authorization: `Bearer ${token}` }).catch(() => null);
      return answer?.status === 200 || undefined;
    }).catch((cause: Error) => {
      throw new Error(`${cause.message}; its output: ${this.output.join('')}`, { cause });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exit;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
