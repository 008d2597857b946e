import { randomInt } from 'node:crypto';
import http, { type Agent, type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';

const TIMEOUT_MS = 30_000;
const LARGE_BODY = 256 * 1024;
/** How long the server gets to refuse a body by its announced length. */
const REFUSAL_MS = 200;

export interface RequestOptions {
  /** Sent as JSON. */
  body?: unknown;
  /** Sent unchanged, for bodies that JSON.stringify cannot produce. */
  raw?: string | Buffer;
  /** Goes into `Authorization: Bearer …`. */
  token?: string;
  /** Override the client's own headers; `undefined` removes one. */
  headers?: Record<string, string | string[] | undefined>;
}

export interface HttpAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** The parsed JSON; undefined for any other content. */
  body: any;
  text: string;
}

/**
 * A pending response. `await client.post(…)` resolves with it; `await client.post(…).expect(204)`
 * also checks the status.
 */
export interface PendingAnswer extends Promise<HttpAnswer> {
  expect(status: number): Promise<HttpAnswer>;
}

export interface ClientOptions {
  /** The client address in X-Forwarded-For. Random, so that tests share no limit per address. */
  ip?: string;
  headers?: RequestOptions['headers'];
}

/** Where requests go. Read for each request, because a restarted server has another port. */
export interface Target {
  origin(): URL;
  agent: Agent;
}

/**
 * A client of the API: its address and the headers of each request. Any number of requests run in
 * parallel.
 */
export class HttpClient {
  readonly ip: string;
  private readonly headers: RequestOptions['headers'];

  constructor(
    private readonly target: Target,
    { ip = randomIp(), headers = {} }: ClientOptions = {},
  ) {
    this.ip = ip;
    this.headers = { 'accept-language': 'en', 'x-forwarded-for': ip, ...headers };
  }

  get(path: string, token?: string): PendingAnswer {
    return this.request('GET', path, { token });
  }

  post(path: string, body?: unknown, token?: string): PendingAnswer {
    return this.request('POST', path, { body, token });
  }

  patch(path: string, body?: unknown, token?: string): PendingAnswer {
    return this.request('PATCH', path, { body, token });
  }

  delete(path: string, body?: unknown, token?: string): PendingAnswer {
    return this.request('DELETE', path, { body, token });
  }

  request(method: string, path: string, options: RequestOptions = {}): PendingAnswer {
    const answer = this.send(method, path, options);
    const expect = async (status: number): Promise<HttpAnswer> => {
      const got = await answer;
      if (got.status === status) return got;
      throw new Error(`${method} ${path}: expected ${status}, got ${got.status} ${got.text}`);
    };
    return Object.assign(answer, { expect });
  }

  /**
   * Sends raw bytes on a new connection and returns what comes back until the server closes it or
   * `isComplete` returns true (default: one whole response).
   */
  async raw(bytes: string | Buffer, isComplete: (received: string) => boolean = isWholeAnswer): Promise<string> {
    const { hostname, port } = this.target.origin();
    const socket = net.connect({ host: hostname, port: Number(port) });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer to the raw bytes')));
    socket.write(bytes);
    let received = '';
    try {
      for await (const chunk of socket.setEncoding('latin1')) {
        received += chunk as string;
        if (isComplete(received)) break;
      }
    } catch (error) {
      // A server may close the connection on malformed input; the bytes before that are the
      // response.
      if (received === '') throw error;
    }
    socket.destroy();
    return Buffer.from(received, 'latin1').toString('utf8');
  }

  private send(method: string, path: string, { body, raw, token, headers }: RequestOptions): Promise<HttpAnswer> {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const all = withoutUndefined({
      ...this.headers,
      'content-type': content === undefined ? undefined : 'application/json',
      'content-length': content === undefined ? undefined : String(Buffer.byteLength(content)),
      authorization: token === undefined ? undefined : `Bearer ${token}`,
      ...headers,
    });
    const { hostname, port } = this.target.origin();
    return new Promise((resolve, reject) => {
      const options = { method, hostname, port, path, headers: all, agent: this.target.agent, timeout: TIMEOUT_MS };
      const request = http.request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          try {
            resolve(toAnswer(response, Buffer.concat(chunks).toString('utf8')));
          } catch (error) {
            reject(new Error(`${method} ${path}: the body of the answer cannot be read`, { cause: error }));
          }
        });
        response.on('error', reject);
      });
      request.on('timeout', () => request.destroy(new Error(`${method} ${path}: no answer`)));
      request.on('error', reject);
      if (content === undefined || content.length < LARGE_BODY) request.end(content);
      else offer(request, content);
    });
  }
}

/**
 * Sends the head, and the body only if the server does not refuse its length at once: a server that
 * answers 413 closes the connection, and a client that is still writing then loses the response.
 */
function offer(request: http.ClientRequest, content: string | Buffer): void {
  request.flushHeaders();
  const send = setTimeout(() => request.end(content), REFUSAL_MS);
  request.once('close', () => clearTimeout(send));
  request.once('response', (response) => {
    clearTimeout(send);
    response.once('end', () => request.destroy());
  });
}

/**
 * An address from 10.0.0.0/8, which belongs to no country. The risk rules recognise a member by the
 * /24 network. 10.0.0.0/8 has 65,536 of them, so two addresses of a test hardly ever share one.
 */
export function randomIp(): string {
  return ['10', randomInt(256), randomInt(256), randomInt(256)].join('.');
}

function toAnswer(response: http.IncomingMessage, text: string): HttpAnswer {
  const isJson = /^application\/(.+\+)?json/.test(response.headers['content-type'] ?? '');
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
    text,
  };
}

function isWholeAnswer(received: string): boolean {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const body = received.slice(headEnd + 4);
  const length = /^content-length: *(\d+)/im.exec(received.slice(0, headEnd))?.[1];
  return length === undefined ? body.endsWith('0\r\n\r\n') : body.length >= Number(length);
}

function withoutUndefined<T>(record: Record<string, T | undefined>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as Record<string, T>;
}
