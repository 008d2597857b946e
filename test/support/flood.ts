import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { EXIT_WITH_PARENT } from '../../dev/child.js';
import { PROJECT_ROOT } from '../../dev/project.js';

/** So many logins a second, or so many clients who log in without pause; token checks go on beside them. */
export interface FloodOrder {
  origin: string;
  milliseconds: number;
  accessToken: string;
  clients?: number;
  perSecond?: number;
}

/** How many answers of a kind, and how long they took in milliseconds. */
export interface Times {
  count: number;
  perSecond: number;
  p50: number;
  p99: number;
}

export interface FloodOutcome {
  /** Logins that were looked at, and 503 with a time to come back. */
  served: Times;
  refused: Times;
  checks: Times;
  /** Whatever else came back; none should. */
  others: number;
  example?: string;
}

/** Runs it in a process of its own; only the machine is shared with the server. */
export async function flood(order: FloodOrder): Promise<FloodOutcome> {
  const script = path.join(PROJECT_ROOT, 'test', 'support', 'flood-process.ts');
  const child = spawn(process.execPath, [...EXIT_WITH_PARENT, '--import', 'tsx', script, JSON.stringify(order)], {
    cwd: PROJECT_ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return JSON.parse(output) as FloodOutcome;
}
