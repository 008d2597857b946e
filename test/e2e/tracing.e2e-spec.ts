import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { givenAdmin } from '../support/admins.js';
import { eventually } from '../support/eventually.js';
import { given, type GivenMember } from '../support/factories.js';
import { ProductHook } from '../support/product-hook.js';
import { TestApp } from '../support/test-app.js';

const HOOK_TOKEN = 'hook-token-in-the-query';

interface Span {
  name: string;
  traceId: string;
  parentSpanId?: string;
  attributes: { key: string; value: { stringValue?: string } }[];
}

/** Takes traces as a collector does, and keeps them. */
class Collector {
  readonly bodies: string[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      this.bodies.push(body);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get spans(): Span[] {
    return this.bodies.flatMap((body) =>
      (JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] }).resourceSpans.flatMap((resource) =>
        resource.scopeSpans.flatMap(({ spans }) => spans),
      ),
    );
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

describe('traces', () => {
  const collector = new Collector();
  let app: TestApp;
  let ada: GivenMember;
  beforeAll(async () => {
    const endpoint = await collector.start();
    app = await TestApp.start({
      env: {
        ...{ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: '50', OTEL_SERVICE_NAME: 'accounts' },
        LOG_LEVEL: 'info',
        // A hook that cannot be reached, with a secret in its address.
        TOKEN_HOOK_URL: `http://127.0.0.1:1/hook?token=${HOOK_TOKEN}`,
        TOKEN_HOOK_SECRET: ProductHook.SECRET,
        TOKEN_HOOK_ON_FAILURE: 'open',
      },
    });
    ada = await given.member(app);
  });
  afterAll(async () => {
    await app?.stop();
    collector.stop();
  });

  it('they follow a request from its route to its SQL statements', async () => {
    const credentials = { identifier: ada.email, password: ada.password };
    await app.post('/api/auth/login', credentials).expect(200);
    const request = await eventually('the span of the login', async () =>
      collector.spans.find(({ name }) => name === 'POST /api/auth/login'),
    );
    const statements = await eventually('the spans of its statements', async () => {
      const found = collector.spans.filter(({ traceId, parentSpanId }) => traceId === request.traceId && parentSpanId);
      return found.length > 3 ? found : undefined;
    });
    expect(JSON.stringify(statements)).toContain('INSERT INTO sessions');
    expect(collector.bodies.join()).toContain('accounts');
  });

  it('SL-01 they hold no secret, no address and nothing from a URL, nor does the log hold what was searched', async () => {
    await app.get(`/pages/no-such-page?note=${ada.loginId}`);
    const admin = await givenAdmin(app);
    for (const path of ['members?query', 'login-diagnosis?identifier'])
      await app.get(`/api/admin/${path}=${encodeURIComponent(ada.email)}`, admin.accessToken).expect(200);
    await app.get('/api/members/me', ada.accessToken).expect(200);
    await eventually('the last span', async () => collector.spans.find(({ name }) => name === 'GET /api/members/me'));
    const sent = collector.bodies.join('\n');
    const { email, password, loginId, accessToken, refreshToken, deviceToken, client } = ada;
    for (const address of [email, encodeURIComponent(email)]) expect(sent + app.logs.join('\n')).not.toContain(address);
    for (const secret of [password, loginId, accessToken, refreshToken, deviceToken, client.ip, HOOK_TOKEN])
      expect(sent).not.toContain(secret);
    const peers = collector.spans.flatMap(({ attributes }) =>
      attributes.filter(({ key }) => key === 'network.peer.address').map(({ value }) => value.stringValue),
    );
    expect(new Set(peers)).toEqual(new Set(['']));
    // The request to the hook failed; its span was sent all the same.
    expect(collector.spans.filter(({ attributes }) => attributes.some(({ key }) => key === 'url.full'))).not.toEqual(
      [],
    );
  });

  it('without a collector they are dropped, and the server works and stops cleanly', async () => {
    const alone = await TestApp.start({
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', LOG_LEVEL: 'warn' },
    });
    await alone.get('/.well-known/jwks.json').expect(200);
    expect(await alone.stop()).toBe(0);
    expect(alone.logs.at(-1)).toContain('the last traces were lost');
  });
});
