import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** The way from a server to its database, which a test can cut and mend, or have lead elsewhere. */
export class TcpProxy {
  /** Leads to the same database by this way. */
  readonly url: string;
  private readonly sockets = new Set<Socket>();
  private readonly port: number;
  /** How each client introduced itself: PostgreSQL's startup message, which holds the application_name. */
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

  /** From now on new connections go there: what moving a virtual IP or a DNS name comes to. Those that are open stay where they are. */
  redirectTo(databaseUrl: string): void {
    this.target = new URL(databaseUrl);
  }

  /** Ends every connection and refuses new ones. */
  async disconnect(): Promise<void> {
    if (!this.server.listening) return; // it is cut
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async reconnect(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Ends the connections of one application_name and lets no new ones through; all others go on. */
  block(applicationName: string): void {
    this.severed = applicationName;
    for (const [near, introduction] of this.introductions) if (introduction.includes(applicationName)) near.destroy();
  }

  /** After {@link block}. */
  unblock(): void {
    this.severed = null;
  }

  /** Nothing gets through any more, yet nobody is told: what a lost network looks like. */
  stall(): void {
    for (const socket of this.sockets) socket.unpipe();
  }
}
