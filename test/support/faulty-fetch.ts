import { randomIp } from './http-client.js';

/** A placeholder for the current address of the server under test. */
export const ANY_SERVER = 'http://munjigi.test';

type Fetch = typeof fetch;
/** Handles one request: it may deliver the request or not, and returns the response or fails. */
type Fault = (deliver: () => Promise<Response>) => Promise<Response>;

/** The network between a client and the server: counts requests and fails on demand. */
export class FaultyFetch {
  /** Requests such as `POST /api/auth/refresh`, in the order sent. */
  readonly sent: string[] = [];
  private readonly faults: { request: string; fault: Fault }[] = [];
  private readonly ip = randomIp();

  constructor(private readonly server: { readonly origin: string }) {}

  readonly fetch: Fetch = async (input, init = {}) => {
    const url = String(input instanceof Request ? input.url : input);
    const { pathname } = new URL(url);
    const request = `${init.method ?? 'GET'} ${pathname}`;
    this.sent.push(request);
    const headers = new Headers(init.headers);
    headers.set('x-forwarded-for', this.ip);
    const deliver = (): Promise<Response> => fetch(url.replace(ANY_SERVER, this.server.origin), { ...init, headers });
    const index = this.faults.findIndex((waiting) => waiting.request === request);
    const [next] = index < 0 ? [] : this.faults.splice(index, 1);
    return next ? next.fault(deliver) : deliver();
  };

  count(request: string): number {
    return this.sent.filter((one) => one === request).length;
  }

  /**
   * The next request of this kind meets this fault. Several calls affect several requests in a row.
   */
  next(request: string, fault: Fault): this {
    this.faults.push({ request, fault });
    return this;
  }
}

/** The server executes the request; the response is lost. */
export const answerLost: Fault = async (deliver) => {
  await (await deliver()).text();
  throw new TypeError('fetch failed');
};

/** The request does not reach the server. */
export const unreachable: Fault = async () => {
  throw new TypeError('fetch failed');
};

/** A proxy in between responds. */
export const answered =
  (status: number, headers: Record<string, string> = {}, body = ''): Fault =>
  async () =>
    new Response(body, { status, headers });
