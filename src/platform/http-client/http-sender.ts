import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { checkLiteralHost, guardedLookup, type Resolver } from './guarded-lookup.js';

export interface HttpSenderSettings {
  /**
   * Whether receivers may have addresses inside the operator's network and use plain HTTP. Meant for
   * URLs that the operator configures, never for those that come in through the API of a public server.
   */
  readonly allowPrivateAddresses: boolean;
  /** For the whole request: name, connection, answer. */
  readonly timeoutMs: number;
  /** At most this much of an answer is read; the rest is discarded with its connection. */
  readonly maxAnswerBytes: number;
  /** Replaced in tests. */
  readonly resolver?: Resolver;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** The answer was longer than `maxAnswerBytes`. */
  readonly isTruncated: boolean;
}

/** The receiver did not answer in time. */
export class NoAnswerInTimeError extends Error {}

/** Shorter than five seconds, after which many receivers close an idle connection: a new request could meet that close. */
const IDLE_MS = 4000;

/**
 * Posts to servers of others, with one time limit for everything and a bounded answer. Follows no
 * redirects. Refuses private addresses and plain HTTP, unless the settings allow them (EV-04). Keeps
 * connections for the next request.
 */
export class HttpSender {
  private readonly agents: { readonly 'http:': http.Agent; readonly 'https:': https.Agent };

  constructor(private readonly settings: HttpSenderSettings) {
    const options = {
      keepAlive: true,
      timeout: IDLE_MS,
      ...(settings.allowPrivateAddresses ? {} : { lookup: guardedLookup(settings.resolver) }),
    };
    this.agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
  }

  /**
   * @param signal ends the request early
   * @returns the answer, whatever its status; a redirect is an answer like any other
   * @throws Error if no answer came, or if the receiver's address is not allowed
   */
  async post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal?: AbortSignal,
  ): Promise<HttpAnswer> {
    const target = new URL(url);
    this.checkTarget(target);
    const timeout = AbortSignal.timeout(this.settings.timeoutMs);
    const either = signal ? AbortSignal.any([signal, timeout]) : timeout;
    try {
      return await this.attempt(target, headers, body, either);
    } catch (error) {
      if (timeout.aborted)
        throw new NoAnswerInTimeError(`no answer within ${this.settings.timeoutMs / 1000} s`, { cause: error });
      // Tried once more only if the receiver closed an idle connection in the moment it was used again.
      if ((error as { isStale?: boolean }).isStale !== true || either.aborted) throw error;
      return await this.attempt(target, headers, body, either);
    }
  }

  /** Closes idle connections. */
  close(): void {
    this.agents['http:'].destroy();
    this.agents['https:'].destroy();
  }

  private checkTarget(target: URL): void {
    const { allowPrivateAddresses } = this.settings;
    if (target.protocol !== 'https:' && !(allowPrivateAddresses && target.protocol === 'http:'))
      throw new Error('only https is allowed');
    if (!allowPrivateAddresses) checkLiteralHost(target);
  }

  private attempt(
    target: URL,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const isSecure = target.protocol === 'https:';
      const bytes = Buffer.from(body);
      const request = (isSecure ? https : http).request(target, {
        method: 'POST',
        agent: isSecure ? this.agents['https:'] : this.agents['http:'],
        headers: { ...headers, 'content-length': bytes.length },
        signal,
      });
      request.on('error', (error: NodeJS.ErrnoException) =>
        reject(request.reusedSocket && error.code === 'ECONNRESET' ? Object.assign(error, { isStale: true }) : error),
      );
      request.on('response', (response) => {
        readAnswer(response, this.settings.maxAnswerBytes).then(resolve, reject);
      });
      request.end(bytes);
    });
  }
}

async function readAnswer(response: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving the loop destroys the connection, so a receiver cannot make us read on without end.
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return {
    status: response.statusCode!,
    headers: response.headers,
    body: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'),
    isTruncated: length > maxBytes,
  };
}
