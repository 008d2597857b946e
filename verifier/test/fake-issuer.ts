import { randomUUID, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, SignJWT, type JWK } from 'jose';
import { makeKeyPair } from '../../test/support/key-pair.js';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: JWK;
}

export async function givenKey(kid: string = randomUUID()): Promise<SigningKey> {
  const { privateKey, publicKey } = makeKeyPair();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

export const secondsNow = (): number => Math.floor(Date.now() / 1000);

/** What differs from a valid token; a header field or claim that is undefined is left out. */
export interface TokenChanges {
  readonly header?: Record<string, unknown>;
  readonly claims?: Record<string, unknown>;
  readonly key?: SigningKey;
}

/** Plays the server: metadata, keys, the stream of revocations and introspection. */
export class FakeIssuer {
  readonly memberId = randomUUID();
  readonly sessionId = randomUUID();
  published: JWK[];
  cacheControl = 'max-age=300';
  metadataIssuer: string | undefined;
  isDown = false;
  active = true;
  keyFetches = 0;
  readonly introspected: string[] = [];
  readonly streamRequests: IncomingMessage['headers'][] = [];
  private readonly streams = new Set<ServerResponse>();

  private constructor(
    private readonly server: Server,
    readonly key: SigningKey,
  ) {
    this.published = [key.jwk];
  }

  static async start(): Promise<FakeIssuer> {
    const server = createServer();
    const issuer = new FakeIssuer(server, await givenKey('first'));
    server.on('request', (request, response) => void issuer.answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return issuer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get listeners(): number {
    return this.streams.size;
  }

  async token({ header, claims, key = this.key }: TokenChanges = {}): Promise<string> {
    const now = secondsNow();
    return new SignJWT({
      ...{ iss: this.url, aud: this.url, sub: this.memberId, sid: this.sessionId, role: 'member' },
      ...{ iat: now, exp: now + 600, auth_time: now, amr: ['pwd'], client_id: 'munjigi', jti: randomUUID() },
      ...claims,
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header })
      .sign(key.privateKey);
  }

  send(event: string, data: object, id?: string): void {
    for (const stream of this.streams)
      stream.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** @param ahead how far the server's clock is ahead, in seconds */
  beat(id?: string, ahead = 0): void {
    this.send('heartbeat', { serverTime: new Date(Date.now() + ahead * 1000).toISOString() }, id);
  }

  revoke(kind: 'session' | 'member', id: string, { before = 1, until = 700 } = {}): void {
    const time = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
    this.send('revocation', { cursor: '1', kind, id, before: time(before), until: time(until) }, '1');
  }

  cutStreams(): void {
    for (const stream of this.streams) stream.destroy();
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const json = (body: object) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    if (this.isDown) return void response.writeHead(503).end();
    switch (request.url) {
      case '/.well-known/oauth-authorization-server':
        return void json({ issuer: this.metadataIssuer ?? this.url, jwks_uri: `${this.url}/jwks` });
      case '/jwks':
        this.keyFetches += 1;
        response.setHeader('cache-control', this.cacheControl);
        return void json({ keys: this.published });
      case '/api/auth/introspect':
        this.introspected.push(`${request.headers.authorization} ${await text(request)}`);
        return void json({ active: this.active });
      default:
        this.streamRequests.push(request.headers);
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        this.streams.add(response);
        response.once('close', () => this.streams.delete(response));
    }
  }
}
