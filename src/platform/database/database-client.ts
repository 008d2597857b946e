import pg from 'pg';

/** A running server closes the connection at once; a frozen or unreachable one never does. */
const CLOSE_TIMEOUT_MS = 1000;

/**
 * A connection whose `end` has a timeout. The library waits for the server to close without a
 * limit: with a frozen server, neither the pool nor the process would end (FT-10).
 */
export class DatabaseClient extends pg.Client {
  // `end` has two forms, with and without a callback.
  override end = ((callback?: (error: Error) => void) => {
    const { stream } = (this as unknown as { connection: { stream: { destroy(): void } } }).connection;
    const timeout = setTimeout(() => stream.destroy(), CLOSE_TIMEOUT_MS);
    timeout.unref();
    this.once('end', () => clearTimeout(timeout));
    return callback ? super.end(callback) : super.end();
  }) as pg.Client['end'];
}
