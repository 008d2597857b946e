import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EXIT_WITH_PARENT } from '../dev/child.js';
import { freePort } from '../dev/free-port.js';
import { PROJECT_ROOT } from '../dev/project.js';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 15_000;
const POLL_MS = 5;

/** A server process, ours or one that measures an upper limit. */
export class ServerProcess {
  private constructor(
    readonly origin: string,
    private readonly child: ChildProcess,
    /** From the start of the process to its first response. */
    readonly startMs: number,
  ) {}

  /**
   * @param script path from the root of the project
   * @param readyPath answers 200 as soon as the server is ready
   * @param logFile receives its output, as a file or collector does in production
   */
  static async start(
    script: string,
    readyPath: string,
    env: NodeJS.ProcessEnv,
    logFile: string,
    nodeOptions: readonly string[] = [],
  ): Promise<ServerProcess> {
    const port = await freePort();
    const log = openSync(logFile, 'a');
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...EXIT_WITH_PARENT, ...nodeOptions, script], {
      cwd: PROJECT_ROOT,
      env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: String(port), ...env },
      stdio: ['pipe', log, log],
    });
    const origin = `http://127.0.0.1:${port}`;
    while (performance.now() - startedAt < START_TIMEOUT_MS && child.exitCode === null && child.signalCode === null) {
      const answer = await fetch(origin + readyPath).catch(() => undefined);
      await answer?.arrayBuffer();
      if (answer?.ok) return new ServerProcess(origin, child, performance.now() - startedAt);
      await pause(POLL_MS);
    }
    child.kill('SIGKILL');
    const lastLines = (await readFile(logFile, 'utf8')).trim().split('\n').slice(-10).join('\n');
    throw new Error(`${script} did not start. Its log ends with:\n${lastLines}`);
  }

  /** Its resident memory in MiB. Linux only; NaN elsewhere. */
  async residentMib(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8').catch(() => '');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
  }

  /** Processor time it has used, all threads, in microseconds. Linux only; NaN elsewhere. */
  async cpuMicroseconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.child.pid}/stat`, 'utf8').catch(() => '');
    // Field 3 of proc(5) is the first after the name in parentheses. Fields 14 and 15 are the processor
    // time, in hundredths of a second.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) * 10_000;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const impatience = setTimeout(() => this.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await ended;
    clearTimeout(impatience);
  }
}

/**
 * Runs a program of the project to its end.
 * @returns the JSON in its last line
 */
export async function runForJson<T>(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<T> {
  const child = spawn(process.execPath, [...EXIT_WITH_PARENT, path.join(PROJECT_ROOT, script), ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return JSON.parse(output.trim().split('\n').at(-1)!) as T;
}
