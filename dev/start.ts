// `npm start`: builds if needed, starts PostgreSQL, a mail inbox and the server, prints the
// addresses, and on Ctrl-C stops them in reverse order. DATABASE_URL and SMTP_URL replace the
// embedded database and inbox.
import '../src/node-version.cjs';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildIfStale } from './build.js';
import { exitCode, onStopRequest, EXIT_WITH_PARENT } from './child.js';
import { loadEnvFile } from './env-file.js';
import { canListen, DEFAULT_PORT, serverPort } from './free-port.js';
import { type MailInbox, startMailInbox } from './mail-inbox.js';
import { mailLines } from './mail-lines.js';
import { DirectoryInUseError, type Postgres, startPostgres } from './postgres.js';
import { withProgress } from './progress.js';
import { DATA_DIRECTORY, PROJECT_ROOT } from './project.js';
import { forgetStack, noteStack } from './running-stack.js';
import { ServerOutput } from './server-output.js';
import { type SocialStandIns, startSocialStandIns, wantsStandIns } from './social-stand-ins.js';
import { checkStartSettings } from './start-settings.js';
import { tour } from './tour.js';

const STOP_TIMEOUT_MS = 20_000;
/** One Ctrl-C may arrive twice, from the terminal and through npm; a person is slower. */
const IMPATIENT_MS = 1_000;
const MOST_COPIES = 20;

/** Runs the whole stack until a stop is requested, or until the server or the database ends. */
class DevelopmentStack {
  private postgres?: Postgres;
  private inbox?: MailInbox;
  private standIns?: SocialStandIns | undefined;
  private server?: ChildProcess;
  private stopping = false;
  private stopRequestedAt = 0;

  /** @param publicUrl PUBLIC_URL as the server uses it, where it is set */
  constructor(private readonly publicUrl: string | undefined) {}

  /** @returns the exit code */
  async run(): Promise<number> {
    onStopRequest((signal) => this.requestStop(signal));
    try {
      await this.startServices();
      return this.stopping ? 0 : await this.runServer();
    } finally {
      this.stopping = true;
      await forgetStack();
      await this.standIns?.stop();
      await this.inbox?.stop();
      await this.postgres?.stop();
    }
  }

  /** The first Ctrl-C lets the server finish its requests. A later one, or a timeout, kills it. */
  private requestStop(signal: NodeJS.Signals): void {
    if (!this.stopping) {
      this.stopping = true;
      this.stopRequestedAt = Date.now();
      this.server?.kill('SIGTERM');
      setTimeout(() => this.server?.kill('SIGKILL'), STOP_TIMEOUT_MS).unref();
    } else if (signal === 'SIGINT' && Date.now() - this.stopRequestedAt > IMPATIENT_MS) {
      this.server?.kill('SIGKILL');
    }
  }

  private async startServices(): Promise<void> {
    await buildIfStale();
    let home = DATA_DIRECTORY;
    if (!process.env.DATABASE_URL && !this.stopping) {
      [this.postgres, home] = await withProgress('Starting the database', () => this.startFreePostgres());
      void this.postgres.exited.then(() => this.onPostgresGone());
    }
    if (!process.env.SMTP_URL && !this.stopping) {
      this.inbox = await startMailInbox({
        directory: path.join(home, 'mail'),
        smtpPort: 1025,
        webPort: 1080,
        onMail: (mail) => console.log(mailLines(mail)),
      });
    }
  }

  /** When this clone is already running, another start uses its own data folder. */
  private async startFreePostgres(): Promise<[Postgres, string]> {
    for (let copy = 1; ; copy++) {
      const home = copy === 1 ? DATA_DIRECTORY : path.join(DATA_DIRECTORY, `copy-${copy}`);
      try {
        return [await startPostgres({ directory: path.join(home, 'postgres'), port: 5432 }), home];
      } catch (error) {
        if (!(error instanceof DirectoryInUseError) || copy === MOST_COPIES) throw error;
        console.log(`${error.message} This start keeps its own data beside it.`);
      }
    }
  }

  private onPostgresGone(): void {
    if (this.stopping) return;
    console.error('PostgreSQL has ended unexpectedly; stopping.');
    process.exitCode = 1;
    this.requestStop('SIGTERM');
  }

  private async runServer(): Promise<number> {
    const host = process.env.HOST || '127.0.0.1'; // this machine only: its secrets are made for development
    const port = await serverPort({ wanted: process.env.PORT, host });
    const publicUrl = this.publicUrl ?? `http://localhost:${port}`;
    const databaseUrl = process.env.DATABASE_URL || this.postgres?.url;
    const smtpUrl = process.env.SMTP_URL || this.inbox?.smtpUrl;
    // Browsers keep the cookies of all ports of a host together, so a second stack needs other names.
    const cookiePrefix = process.env.COOKIE_PREFIX || (port === DEFAULT_PORT ? undefined : `munjigi-${port}`);
    await this.standIns?.stop(); // those of the previous attempt, which lost its port
    this.standIns = wantsStandIns(process.env, publicUrl) ? await startSocialStandIns(publicUrl) : undefined;
    await noteStack({ PORT: String(port), PUBLIC_URL: publicUrl, DATABASE_URL: databaseUrl, SMTP_URL: smtpUrl });
    if (this.stopping) return 0; // a stop request found no server to end
    this.server = spawn(process.execPath, [...EXIT_WITH_PARENT, 'dist/main.js'], {
      cwd: PROJECT_ROOT,
      env: {
        ...process.env,
        ...this.standIns?.variables,
        NODE_ENV: process.env.NODE_ENV || 'development',
        HOST: host,
        PORT: String(port),
        PUBLIC_URL: publicUrl,
        DATABASE_URL: databaseUrl,
        SMTP_URL: smtpUrl,
        COOKIE_PREFIX: cookiePrefix,
      },
      stdio: ['pipe', 'pipe', 'inherit'], // the first pipe ends the server with us, see exit-with-parent.cjs
      detached: process.platform !== 'win32', // Ctrl-C reaches us alone; we pass it on once and in order
    });
    const output = new ServerOutput(this.server.stdout!);
    const ended = once(this.server, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const localUrl = `http://${host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host}:${port}`;
    const wasReady = await this.isReady(this.server, output, localUrl);
    if (wasReady)
      console.log(tour({ publicUrl, databaseUrl, inboxUrl: this.inbox?.webUrl, hasSocialStandIns: !!this.standIns }));
    const [code, signal] = await ended;
    // Another process, such as a second copy started at the same moment, has taken the port since
    // it was found free.
    if (!wasReady && !this.stopping && !process.env.PORT && !(await canListen(port, host))) return this.runServer();
    if (this.stopping && (code === 0 || signal === 'SIGTERM')) return 0;
    console.error(`The server has ended (${signal ?? `exit code ${code}`}); stopping.`);
    return exitCode(code, signal);
  }

  /** False when the server ended before it was ready. */
  private async isReady(server: ChildProcess, output: ServerOutput, localUrl: string): Promise<boolean> {
    while (server.exitCode === null && server.signalCode === null) {
      const ask = (): Promise<Response> => fetch(`${localUrl}/health/ready`, { signal: AbortSignal.timeout(2_000) });
      const answer = output.isListening ? await ask().catch(() => undefined) : undefined;
      if (answer?.ok) return true;
      await pause(50);
    }
    return false;
  }
}

// Writing to a closed terminal or pipe fails; that must not end us before everything is shut down.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

try {
  const publicUrl = checkStartSettings(process.env, loadEnvFile());
  const code = await new DevelopmentStack(publicUrl).run();
  process.exit(process.exitCode ?? code);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
