import { preload } from '../support/preload.js';
import { SeededRandom } from '../support/seeded-random.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember } from '../support/factories.js';
import type { HttpAnswer, RequestOptions } from '../support/http-client.js';
import { problemViolations } from '../support/problem-violations.js';
import { resetTokenFor } from '../support/recovery.js';
import { TestApp } from '../support/test-app.js';
import { allowTime, IS_LONG } from '../support/test-length.js';
import type { FuzzedRequest } from './arbitraries.js';
import { operationsOf, type Operation } from './operations.js';

allowTime();

const AT_ONCE = 24;
/**
 * After this many requests the tokens are replaced, because some requests end their own session.
 */
const RENEW_AFTER = 1000;
/**
 * How often PostgreSQL is checked for an injected `pg_sleep(10)`. A slow response would prove
 * nothing on a busy machine.
 */
const LOOK_FOR_SLEEP_MS = 2000;

/** The start of the line that memory-probe.js prints on SIGUSR2. The number of bytes follows. */
const MEMORY_LINE = 'memory in use: ';
/**
 * The allowed growth of memory, as a share of the memory after the first thousand requests. A leak
 * would grow more.
 */
const MEMORY_GROWTH = 0.1;

/** Limits that are set far above the number of requests, so that they refuse none. */
const GENEROUS = [
  ...[
    'LOGIN_FAILURE_LIMIT',
    'LOGIN_FAILURE_HARD_LIMIT',
    'LOGIN_IP_FAILURE_LIMIT',
    'IP_REQUEST_LIMIT',
    'MFA_FAILURE_LIMIT',
  ],
  ...['MAILS_PER_ADDRESS_PER_HOUR', 'DAILY_GUESS_LIMIT', 'CODE_GUESS_LIMIT'],
];

/** A violation by the server and the request that caused it. */
interface Finding {
  what: string;
  request: string;
  answer: string;
}

interface Sent {
  name: string;
  method: string;
  path: string;
  options: RequestOptions;
}

/** A server under fuzzing, and the checks on its responses. */
export class FuzzTarget {
  readonly random = new SeededRandom();
  readonly findings: Finding[] = [];
  private readonly statuses = new Map<number, number>();
  private readonly succeeded = new Set<string>();
  /** Passwords and tokens in use, which must not appear in any log. */
  private readonly secrets: string[] = [];
  private sent = 0;
  /** The number of requests after which the tokens are replaced next. */
  private renewAt = RENEW_AFTER;
  /**
   * Memory in use after the first thousand requests, in bytes. By then, caches hold data and code is
   * compiled.
   */
  private memoryBefore: number | undefined;
  private memoryAfter: number | undefined;
  private readonly pid: number | undefined;
  private gentle!: GivenMember;
  private spendable!: GivenMember & { resetToken: string };

  private constructor(
    readonly app: TestApp,
    readonly operations: readonly Operation[],
  ) {
    this.pid = app.pid;
  }

  static async start(): Promise<FuzzTarget> {
    const limits = Object.fromEntries(GENEROUS.map((name) => [name, '1000000']));
    const app = await TestApp.start({
      env: { ...limits, CODE_RESEND_SECONDS: '1', LOG_LEVEL: 'debug', ...preload('memory-probe.js') },
    });
    const { body } = await app.get('/docs-json').expect(200);
    const target = new FuzzTarget(app, operationsOf(body));
    await target.renew();
    return target;
  }

  /** Stops the server and prints a summary. */
  async stop(title: string): Promise<void> {
    const statuses = [...this.statuses].sort(([a], [b]) => a - b).map(([status, times]) => `${times} x ${status}`);
    const form = `${IS_LONG ? 'long' : 'short'} form, --seed=${this.random.seed}`;
    process.stdout.write(`fuzz ${title} (${form}): ${this.sent} requests: ${statuses.join(', ')}${this.memory()}\n`);
    await this.app.stop();
  }

  /** Sends all requests, some at a time, and checks the responses. */
  async sendAll(requests: Iterable<Sent>): Promise<void> {
    const rest = requests[Symbol.iterator]();
    let pause: Promise<void> | undefined;
    const work = async (): Promise<void> => {
      for (let next = rest.next(); !next.done; next = rest.next()) {
        await pause;
        await this.send(next.value);
        if (this.sent >= this.renewAt) {
          this.renewAt += RENEW_AFTER;
          pause = this.renew();
        }
        if (this.findings.length >= 20) return; // enough to read
      }
    };
    const looking = setInterval(() => {
      this.lookForSleep().catch((error: Error) => this.find(`pg_stat_activity: ${error.message}`, '', ''));
    }, LOOK_FOR_SLEEP_MS);
    await Promise.all(Array.from({ length: AT_ONCE }, work)).finally(() => clearInterval(looking));
    await pause;
  }

  /** Adds the token to a generated request. */
  complete(operation: Operation, { method, path, headers, token, body }: FuzzedRequest): Sent {
    const right = this.tokenFor(operation);
    const bearer = {
      right,
      none: undefined,
      'other purpose': operation.scheme === 'refresh' ? this.gentle.accessToken : this.spendable.refreshToken,
      altered: right?.replace(/.(?=.{9}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
      nonsense: 'eyJhbGciOiJub25lIn0.e30.',
    }[token];
    return {
      name: `${operation.method} ${operation.path}`,
      method,
      path,
      options: { headers, token: bearer, raw: body },
    };
  }

  /** A valid token for this operation; a spare one where the operation uses it up. */
  tokenFor({ scheme, method, path }: Operation): string | undefined {
    if (scheme === undefined) return undefined;
    if (scheme === 'refresh') return this.spendable.refreshToken;
    if (scheme === 'reset') return this.spendable.resetToken;
    const isFinal = method === 'DELETE' || /logout|sessions/.test(path);
    return isFinal ? this.spendable.accessToken : this.gentle.accessToken;
  }

  /** The names of operations that succeeded at least once. */
  successes(): string[] {
    return [...this.succeeded];
  }

  /** The final checks of the process, its log and its memory. */
  async expectUnharmed(): Promise<void> {
    const { app, findings } = this;
    if (app.pid !== this.pid) this.find('the process ended', '', '');
    await app.get('/health/ready').expect(200);
    await app.get('/api/members/me', this.gentle.accessToken).expect(200);
    const log = app.logs.join('\n');
    for (const line of app.logs) if (/"level":"(error|fatal)"/.test(line)) this.find('an error in the log', line, '');
    for (const secret of this.secrets) if (log.includes(secret)) this.find('a secret in the log', secret, '');
    const address = /[\w.+-]+@example\.test/.exec(log)?.[0];
    if (address) this.find('an address in the log', address, '');
    if (this.memoryBefore !== undefined) {
      this.memoryAfter = await this.memoryInUse();
      if (this.memoryAfter > this.memoryBefore * (1 + MEMORY_GROWTH)) this.find('memory grows', this.memory(), '');
    }
    if (findings.length > 0) throw new Error(findings.map((found) => Object.values(found).join('\n  ')).join('\n'));
  }

  private async send({ name, method, path, options }: Sent): Promise<void> {
    const asText = (): string => `${name}: ${asCurl(this.app.origin, method, path, options)}`;
    let answer: HttpAnswer;
    try {
      answer = await this.app.client().request(method, path, options);
    } catch (error) {
      this.sent += 1;
      this.find(`no answer: ${(error as Error).message}`, asText(), '');
      return;
    }
    this.sent += 1;
    const { status, text } = answer;
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (status < 300) this.succeeded.add(name);
    if (status >= 500) this.find(`${status}`, asText(), text);
    else if (status >= 400 && method !== 'HEAD')
      for (const fault of problemViolations(answer)) this.find(`${status}, ${fault}`, asText(), text);
    else if (/\$argon2|"password_?hash":/i.test(text)) this.find('a hash in the answer', asText(), text);
  }

  private async lookForSleep(): Promise<void> {
    const { rows } = await this.app.sql.query(
      `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
    );
    for (const { query } of rows) this.find('an injected pg_sleep ran', query, '');
  }

  private async renew(): Promise<void> {
    this.gentle = await given.member(this.app);
    const spendable = await given.member(this.app);
    this.spendable = { ...spendable, resetToken: await resetTokenFor(this.app, spendable) };
    const { accessToken, refreshToken, password, resetToken, deviceToken } = this.spendable;
    this.secrets.push(accessToken, refreshToken, password, resetToken, deviceToken, this.gentle.password);
    if (this.sent >= RENEW_AFTER) this.memoryBefore ??= await this.memoryInUse();
  }

  private find(what: string, request: string, answer: string): void {
    this.findings.push({ what, request: request.slice(0, 6000), answer: answer.slice(0, 1000) });
  }

  private memory(): string {
    const { memoryBefore: before, memoryAfter: after } = this;
    return before === undefined || after === undefined
      ? ''
      : `; memory in use ${mebibytes(before)} after the first thousand, ${mebibytes(after)} in the end`;
  }

  /** The memory in use after garbage collection. */
  private async memoryInUse(): Promise<number> {
    const { app } = this;
    const logged = app.logs.length;
    process.kill(app.pid!, 'SIGUSR2');
    return eventually('how much memory the server uses', async () => {
      const line = app.logs.slice(logged).find((text) => text.startsWith(MEMORY_LINE));
      return line === undefined ? undefined : Number(line.slice(MEMORY_LINE.length));
    });
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** The request as a shell command; its body travels in base64, because it may hold any bytes. */
function asCurl(origin: string, method: string, path: string, { headers = {}, token, raw }: RequestOptions): string {
  const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const all = Object.entries({
    ...(raw !== undefined && { 'content-type': 'application/json' }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  });
  const head = all.map(([name, value]) => `-H ${quote(`${name}: ${String(value)}`)}`).join(' ');
  const body = raw === undefined ? '' : `printf %s ${Buffer.from(raw).toString('base64')} | base64 -d | `;
  return `${body}curl -i --path-as-is -X ${method} ${head} ${raw === undefined ? '' : '--data-binary @- '}${quote(origin + path)}`;
}
