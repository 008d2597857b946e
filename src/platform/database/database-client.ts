import pg from 'pg';

/** A server that is alive says goodbye at once; one that was stopped, or lies behind a lost network, never does. */
const GOODBYE_MS = 1000;

/**
 * A connection that ends when it is told to. The library's own waits for the server's goodbye as long as that takes:
 * with a server that has fallen silent, neither the pool nor the process would ever close (FT-10).
 */
export class DatabaseClient extends pg.Client {
  // Both forms of `end`, with and without a callback, only pass through here.
  override end = ((callback?: (error: Error) => void) => {
    const { stream } = (this as unknown as { connection: { stream: { destroy(): void } } }).connection;
    const impatience = setTimeout(() => stream.destroy(), GOODBYE_MS);
    impatience.unref();
    this.once('end', () => clearTimeout(impatience));
    return callback ? super.end(callback) : super.end();
  }) as pg.Client['end'];
}
