import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/** The way from a server to its database, which a test can cut and mend. */
export class Cable {
  /** Leads to the same database by this way. */
  readonly url: string;
  private readonly sockets = new Set<Socket>();
  private readonly port: number;

  private constructor(
    private readonly server: net.Server,
    target: URL,
  ) {
    this.port = (server.address() as AddressInfo).port;
    const url = new URL(target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    this.url = url.href;
    server.on('connection', (near) => {
      const far = net.connect({ host: target.hostname, port: Number(target.port) });
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

  static async to(databaseUrl: string): Promise<Cable> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Cable(server, new URL(databaseUrl));
  }

  /** Ends every connection and refuses new ones. */
  async cut(): Promise<void> {
    if (!this.server.listening) return; // it is cut
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async mend(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Nothing gets through any more, yet nobody is told: what a lost network looks like. */
  silence(): void {
    for (const socket of this.sockets) socket.unpipe();
  }
}
