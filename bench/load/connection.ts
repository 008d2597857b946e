import { once } from 'node:events';
import net from 'node:net';

/** The parts of a response that a load needs. */
export interface LoadAnswer {
  status: number;
  body: string;
}

export interface LoadRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  token?: string;
  /** A DPoP proof. With a proof, the token is sent under the scheme DPoP (RFC 9449 section 7.1). */
  proof?: string;
}

/**
 * One keep-alive connection that sends one request after another. Written on the bare socket
 * because the client shares the machine with the server: Node's own client would cost more CPU than
 * many of the responses.
 */
export class LoadConnection {
  isClosed = false;
  private received = '';
  private settle?: { resolve: (answer: LoadAnswer) => void; reject: (error: Error) => void };

  private constructor(
    private readonly socket: net.Socket,
    private readonly headers: string,
  ) {
    socket.setNoDelay(true).setEncoding('latin1');
    socket.on('data', (chunk: string) => this.read(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  /** @param clientIp sent in X-Forwarded-For */
  static async open(origin: string, clientIp: string): Promise<LoadConnection> {
    const { hostname, port, host } = new URL(origin);
    const socket = net.connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    return new LoadConnection(socket, `Host: ${host}\r\nX-Forwarded-For: ${clientIp}\r\nUser-Agent: bench\r\n`);
  }

  async ask({ method, path, body, token, proof }: LoadRequest): Promise<LoadAnswer> {
    const content = body === undefined ? '' : JSON.stringify(body);
    const scheme = proof === undefined ? 'Bearer' : 'DPoP';
    const authorization = token === undefined ? '' : `Authorization: ${scheme} ${token}\r\n`;
    const possession = proof === undefined ? '' : `DPoP: ${proof}\r\n`;
    const description =
      content === '' ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(content)}\r\n`;
    const answer = new Promise<LoadAnswer>((resolve, reject) => (this.settle = { resolve, reject }));
    const headers = `${this.headers}${authorization}${possession}${description}`;
    this.socket.write(`${method} ${path} HTTP/1.1\r\n${headers}\r\n${content}`);
    return answer;
  }

  close(): void {
    this.socket.destroy();
  }

  private read(chunk: string): void {
    this.received += chunk;
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const status = Number(this.received.slice(9, 12));
    const length = status === 204 ? '0' : /\r\ncontent-length: *(\d+)/i.exec(this.received.slice(0, headEnd))?.[1];
    if (length === undefined) return this.fail(new Error('an answer without a length'));
    const end = headEnd + 4 + Number(length);
    if (this.received.length < end) return;
    const body = this.received.slice(headEnd + 4, end);
    this.received = this.received.slice(end);
    const { settle } = this;
    this.settle = undefined;
    settle?.resolve({ status, body });
  }

  private fail(error: Error): void {
    this.isClosed = true;
    this.socket.destroy();
    this.settle?.reject(error);
    this.settle = undefined;
  }
}
