import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** A proxy between a server and its database or mail server. A test can disconnect, stall or redirect it. */
export class TcpProxy {
  /** The URL of the target, with the address of this proxy. */
  readonly url: string;
  private readonly sockets = new Set<Socket>();
  private readonly port: number;
  /** PostgreSQL's startup message of each client, which holds its application_name. */
  private readonly introductions = new Map<Socket, Buffer>();
  private severed: string | null = null;

  private constructor(
    private readonly server: net.Server,
    private target: URL,
  ) {
    this.port = (server.address() as AddressInfo).port;
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    this.url = url.href;
    server.on('connection', (near) => {
      const far = net.connect({ host: this.target.hostname, port: Number(this.target.port) });
      near.once('data', (introduction: Buffer) => {
        if (this.severed !== null && introduction.includes(this.severed)) near.destroy();
        else this.introductions.set(near, introduction);
      });
      near.once('close', () => this.introductions.delete(near));
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
  }

  static async to(databaseUrl: string): Promise<TcpProxy> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, new URL(databaseUrl));
  }

  /**
   * Sends new connections to another server, as a moved virtual IP or DNS name does. Open connections
   * stay.
   */
  redirectTo(databaseUrl: string): void {
    this.target = new URL(databaseUrl);
  }

  /** Ends every connection and refuses new ones. */
  async disconnect(): Promise<void> {
    if (!this.server.listening) return; // already disconnected
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async reconnect(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Closes the connections of one application_name and refuses new ones; all others continue. */
  block(applicationName: string): void {
    this.severed = applicationName;
    for (const [near, introduction] of this.introductions) if (introduction.includes(applicationName)) near.destroy();
  }

  /** After {@link block}. */
  unblock(): void {
    this.severed = null;
  }

  /** Stops forwarding bytes on the open connections, which stay open, as a lost network does. New ones work. */
  stall(): void {
    for (const socket of this.sockets) socket.unpipe();
  }
}
