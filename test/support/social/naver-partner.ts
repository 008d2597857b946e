import http from 'node:http';
import { closeServer, listenLocally, portOf } from '../local-server.js';
import { accountPicker, chosenAccount } from './account-picker.js';
import { CLIENT } from './openid-partner.js';

const REFUSAL = { error: 'invalid_request', error_description: 'no valid data in session' };

/** Stands in for Naver: OAuth 2.0 that answers 200 even to refused requests, and a profile endpoint. */
export class NaverPartner {
  private readonly codes = new Map<string, string>();
  private readonly accessTokens = new Map<string, string>();
  /** The accounts whose permissions were taken back. */
  readonly revoked: string[] = [];
  private readonly server = http.createServer((request, response) => {
    if (request.url?.startsWith('/oauth2.0/authorize')) void this.showLogin(request, response);
    else
      void this.answer(request).then((body) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(body));
      });
  });
  private counter = 0;

  /** @param redirectUris where it may send people back to; without them, anywhere */
  constructor(private readonly redirectUris?: readonly string[]) {}

  /** Listens on this machine alone, because the stand-in lets anyone log in as anyone. */
  async start(port = 0): Promise<this> {
    await listenLocally(this.server, port);
    return this;
  }

  get issuer(): string {
    return `http://127.0.0.1:${portOf(this.server)}`;
  }

  /** @returns what Naver sends to the redirect URI after this account has logged in */
  logIn(authorizationUrl: string, subject: string): Promise<URLSearchParams> {
    const { pathname, searchParams } = new URL(authorizationUrl);
    if (pathname !== '/oauth2.0/authorize' || searchParams.get('client_id') !== CLIENT.id)
      throw new Error('not a request of this client');
    return Promise.resolve(new URLSearchParams({ code: this.codeFor(subject), state: searchParams.get('state')! }));
  }

  async stop(): Promise<void> {
    await closeServer(this.server);
  }

  /** In a browser, a person picks an account. */
  private async showLogin(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const { searchParams } = new URL(request.url!, this.issuer);
    const redirectUri = searchParams.get('redirect_uri')!;
    if (this.redirectUris?.includes(redirectUri) === false) return void response.writeHead(400).end();
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(accountPicker('Naver'));
      return;
    }
    const account = await chosenAccount(request);
    const target = new URL(redirectUri);
    target.searchParams.set('state', searchParams.get('state')!);
    if (account === '') target.searchParams.set('error', 'access_denied');
    else target.searchParams.set('code', this.codeFor(account));
    response.writeHead(303, { location: target.href }).end();
  }

  private codeFor(subject: string): string {
    const code = `code-${(this.counter += 1)}`;
    this.codes.set(code, subject);
    return code;
  }

  private async answer(request: http.IncomingMessage): Promise<object> {
    if (request.url === '/v1/nid/me') {
      const id = this.accessTokens.get(request.headers.authorization ?? '');
      if (id === undefined) return { resultcode: '024', message: 'Authentication failed' };
      return { resultcode: '00', message: 'success', response: { id, email: `${id}@naver.com`, name: '에이다' } };
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    if (form.get('client_secret') !== CLIENT.secret)
      return { ...REFUSAL, error_description: 'wrong client id / client secret pair' };
    if (form.get('grant_type') === 'delete') {
      this.revoked.push(this.accessTokens.get(`Bearer ${form.get('access_token')}`)!);
      return { access_token: form.get('access_token'), result: 'success' };
    }
    const code = form.get('code') ?? '';
    const subject = this.codes.get(code) ?? /^refresh-(.+)/.exec(form.get('refresh_token') ?? '')?.[1];
    this.codes.delete(code);
    if (subject === undefined) return REFUSAL;
    const accessToken = `access-${(this.counter += 1)}`;
    this.accessTokens.set(`Bearer ${accessToken}`, subject);
    return {
      ...{ access_token: accessToken, refresh_token: `refresh-${subject}`, token_type: 'bearer', expires_in: '3600' },
    };
  }
}
