import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { JsonWebKey } from 'node:crypto';
import { closeServer, listenLocally, portOf } from './local-server.js';

const JWKS_PATH = '/.well-known/jwks.json';
const STREAM_PATH = '/api/integrations/revocations';

/**
 * A proxy between a server and the APIs that trust its tokens. With it, a test publishes further
 * keys and silences the stream of revocations.
 */
export class IssuerFront {
  /** How often the keys were fetched. */
  keyFetches = 0;
  /** Published in addition to the server's own. */
  furtherKeys: JsonWebKey[] = [];
  /** Seconds that the keys may be cached. */
  maxAge = 300;
  private target?: URL;
  private isSilent = false;
  private readonly streams = new Set<ServerResponse>();

  private constructor(private readonly server: http.Server) {}

  static async start(): Promise<IssuerFront> {
    const server = http.createServer();
    const front = new IssuerFront(server);
    server.on('request', (request, response) => void front.forward(request, response).catch(() => response.destroy()));
    await listenLocally(server);
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${portOf(this.server)}`;
  }

  connectTo(origin: string): void {
    this.target = new URL(origin);
  }

  /** Ends every stream and refuses new ones, until `resume`. */
  silence(): void {
    this.isSilent = true;
    for (const stream of this.streams) stream.destroy();
  }

  resume(): void {
    this.isSilent = false;
  }

  async stop(): Promise<void> {
    await closeServer(this.server);
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isStream = request.url!.startsWith(STREAM_PATH);
    if (isStream && this.isSilent) return void response.destroy();
    const upstream = http.request(new URL(request.url!, this.target), {
      method: request.method,
      headers: request.headers,
    });
    request.pipe(upstream);
    // When the API stops or `silence` is called, the stream ends on both sides.
    response.on('close', () => upstream.destroy());
    upstream.on('error', () => response.destroy());
    const [answer] = (await once(upstream, 'response').catch(() => [])) as [IncomingMessage?];
    // `silence` may have been called since the request came.
    if (!answer || (isStream && this.isSilent)) return void response.destroy();
    answer.on('error', () => response.destroy());
    if (request.url === JWKS_PATH) return this.publishKeys(answer, response);
    response.writeHead(answer.statusCode!, answer.headers);
    if (isStream) {
      this.streams.add(response);
      response.on('close', () => this.streams.delete(response));
    }
    answer.pipe(response);
  }

  private async publishKeys(answer: IncomingMessage, response: ServerResponse): Promise<void> {
    this.keyFetches += 1;
    const { keys } = JSON.parse((await answer.setEncoding('utf8').toArray()).join('')) as { keys: JsonWebKey[] };
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': `public, max-age=${this.maxAge}` });
    response.end(JSON.stringify({ keys: [...keys, ...this.furtherKeys] }));
  }
}
