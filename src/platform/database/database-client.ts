import type { Socket } from 'node:net';
import pg from 'pg';
import type { SessionSettings } from './session-settings.js';

/** A running server closes the connection at once; a frozen or unreachable one never does. */
const CLOSE_TIMEOUT_MS = 1000;

/** The part of the library that its types leave out: the parameters of the startup message. */
interface StartupParameters {
  getStartupConf(): Record<string, string>;
}

/** Another part that its types leave out: the socket. */
interface Connected {
  readonly connection: { readonly stream: Pick<Socket, 'cork' | 'uncork' | 'destroy'> };
}

export interface DatabaseClientConfig extends pg.ClientConfig {
  session: SessionSettings;
}

/**
 * A connection with our own session settings, and with a timeout for `end`. The library waits for
 * the server to close without a limit: with a frozen server, neither the pool nor the process would
 * end (FT-10).
 */
export class DatabaseClient extends pg.Client {
  private readonly session: SessionSettings;

  constructor(config: DatabaseClientConfig) {
    super(config);
    this.session = config.session;
  }

  /**
   * Called by the library. PostgreSQL applies these parameters after `options`, so a URL with
   * `?options=` or `?statement_timeout=` keeps its other settings and cannot change ours.
   */
  getStartupConf(): Record<string, string> {
    const parameters = (pg.Client.prototype as unknown as StartupParameters).getStartupConf.call(this);
    return { ...parameters, ...this.session };
  }

  // `query` has many overloads; all receive the same arguments here.
  override query = ((...args: unknown[]) => {
    this.collectWrites();
    return (super.query as (...args: unknown[]) => unknown).apply(this, args);
  }) as pg.Client['query'];

  /**
   * Sends all statements of this tick in one system call, which costs more than the statements
   * themselves.
   */
  private collectWrites(): void {
    const { stream } = (this as unknown as Connected).connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  // `end` has two forms, with and without a callback.
  override end = ((callback?: (error: Error) => void) => {
    const { stream } = (this as unknown as Connected).connection;
    const timeout = setTimeout(() => stream.destroy(), CLOSE_TIMEOUT_MS);
    timeout.unref();
    this.once('end', () => clearTimeout(timeout));
    return callback ? super.end(callback) : super.end();
  }) as pg.Client['end'];
}
