import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';

/**
 * A proxy in front of a server for one request, whose client or network disappears. If the whole
 * request has passed the proxy, the server carries it out, and its response is lost. {@link settled}
 * waits for the server.
 */
export class LossyLink {
  private isLost = false;
  private near?: Socket;
  private far?: Socket;
  private sent = '';

  private constructor(
    private readonly listener: net.Server,
    private readonly target: URL,
  ) {
    listener.on('connection', (near) => this.join(near));
  }

  static async to(origin: string): Promise<LossyLink> {
    const listener = net.createServer().listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new LossyLink(listener, new URL(origin));
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`);
  }

  /** From now on nothing passes in either direction. */
  lose(): void {
    this.isLost = true;
    // Without this, the server would wait for the rest of an incomplete request.
    if (this.far && !isWhole(this.sent)) this.far.destroy();
  }

  /** Resolves when the server has nothing more to do for the client, and closes what is left. */
  async settled(): Promise<void> {
    if (this.far && !this.far.closed) await once(this.far, 'close');
    this.near?.destroy();
    this.listener.close();
  }

  private join(near: Socket): void {
    if (this.isLost) return void near.destroy();
    const far = net.connect({ host: this.target.hostname, port: Number(this.target.port) });
    this.near = near;
    this.far = far;
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.on('data', (bytes: Buffer) => {
      if (this.isLost) return;
      this.sent += bytes.toString('latin1');
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => void (this.isLost || near.write(bytes)));
    far.on('close', () => void (this.isLost || near.end()));
  }
}

/** Whether a request with a body has been sent to its end. */
function isWhole(request: string): boolean {
  const headEnd = request.indexOf('\r\n\r\n');
  const length = /^content-length: *(\d+)/im.exec(request)?.[1];
  return headEnd >= 0 && length !== undefined && request.length >= headEnd + 4 + Number(length);
}
