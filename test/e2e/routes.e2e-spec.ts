import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project.js';
import { serverEnvironment } from '../support/server-environment.js';
import { TestApp } from '../support/test-app.js';

interface Route {
  method: string;
  path: string;
  isPublic: boolean;
  /** The kinds of token that a route accepts if it is not public. */
  tokens: string[];
  guards: string[];
}

/** Public routes. A route that gets `@Public()` has to be added here, as a deliberate decision. */
const OPEN = [
  'GET /',
  'GET /.well-known/apple-app-site-association', // 404 unless configured, like `assetlinks.json` and `webauthn`
  'GET /.well-known/assetlinks.json',
  'GET /.well-known/change-password',
  'GET /.well-known/jwks.json',
  'GET /.well-known/oauth-authorization-server',
  'GET /.well-known/oauth-authorization-server/*',
  'GET /.well-known/openid-configuration',
  'GET /.well-known/openid-configuration/*',
  'GET /.well-known/webauthn',
  'GET /auth/consents',
  'GET /auth/sign-up/terms',
  'GET /auth/social/providers',
  'GET /dev/mails', // 404 outside development
  'GET /dev/mails/:template/:locale/:part',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /pages',
  'GET /pages/:page',
  'GET /pages/admin', // holds nothing: its scripts call the API
  'GET /pages/admin/mails/:template/:locale/:part', // shows only samples
  'GET /pages/assets/:file',
  'GET /pages/assets/admin/:file',
  'POST /auth/consents',
  'POST /auth/invitations/accept',
  'POST /auth/invitations/inspect',
  'POST /auth/login',
  'POST /auth/login-id/check',
  'POST /auth/login-id/confirm-code',
  'POST /auth/login-id/send-code',
  'POST /auth/login/mfa',
  'POST /auth/login/mfa/passkey',
  'POST /auth/login/mfa/passkey/options',
  'POST /auth/login/passkey',
  'POST /auth/login/passkey/options',
  'POST /auth/not-me',
  'POST /auth/not-me/inspect',
  'POST /auth/password-reset/confirm-code',
  'POST /auth/password-reset/confirm-link',
  'POST /auth/password-reset/inspect-link',
  'POST /auth/password-reset/send-code',
  'POST /auth/sign-up',
  'POST /auth/sign-up/confirm-code',
  'POST /auth/sign-up/confirm-link',
  'POST /auth/sign-up/discard',
  'POST /auth/sign-up/inspect',
  'POST /auth/sign-up/inspect-link',
  'POST /auth/sign-up/resend',
  'POST /auth/social/:provider/callback',
  'POST /auth/social/:provider/complete',
  'POST /auth/social/:provider/native',
  'POST /auth/social/:provider/start',
  'POST /auth/social/sign-up',
  'POST /auth/verify',
  'POST /integrations/social/:provider/notifications',
  'POST /members/me/email/confirm-link',
  'POST /members/me/email/inspect-link',
  'POST /members/me/email/undo',
  'POST /members/me/email/undo/inspect',
];

/** Not called by clients but by providers, browsers and app stores. The OpenAPI document leaves them out. */
const UNDOCUMENTED = [
  'GET /.well-known/apple-app-site-association',
  'GET /.well-known/assetlinks.json',
  'GET /.well-known/change-password',
  'GET /.well-known/webauthn',
  'POST /auth/social/:provider/callback',
  'POST /integrations/social/:provider/notifications',
];

/** Marked `@Public()`, but protected by a guard of their own. Of these, only logout also takes an access token. */
const BY_ANOTHER_TOKEN = {
  'POST /auth/introspect': 'IntrospectionGuard',
  'POST /auth/logout': 'SessionTokenGuard',
  'POST /auth/password-reset': 'ResetTokenGuard',
  'POST /auth/refresh': 'RefreshTokenGuard',
};

describe('every route', () => {
  let routes: Route[];
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.shared();
    const listed = await promisify(execFile)(process.execPath, ['--import', 'tsx', 'test/support/list-routes.ts'], {
      cwd: PROJECT_ROOT,
      env: serverEnvironment(),
    });
    routes = JSON.parse(listed.stdout) as Route[];
  });
  afterAll(() => app.stop());

  const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
  const urlOf = ({ path }: Route): string => {
    const prefix = /^\/((health|pages|dev|\.well-known)\/|metrics$|pages$|$)/.test(path) ? '' : '/api';
    return prefix + path.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000');
  };

  it('is either public by decision or guarded', () => {
    const open = routes.filter(({ isPublic, guards }) => isPublic && guards.length === 0);
    expect(open.map(nameOf).sort()).toEqual(OPEN);
    const byAnotherToken = routes.filter(({ isPublic, guards }) => isPublic && guards.length > 0);
    expect(Object.fromEntries(byAnotherToken.map((route) => [nameOf(route), route.guards.join()]))).toEqual(
      BY_ANOTHER_TOKEN,
    );
    expect(routes.length).toBeGreaterThan(byAnotherToken.length + open.length);
  });

  it('answers 401 without a token and with an invalid one, unless it is public', async () => {
    for (const route of routes.filter((one) => !OPEN.includes(nameOf(one)))) {
      for (const token of [undefined, 'nonsense']) {
        const { status, body } = await app.request(route.method, urlOf(route), { token });
        expect([nameOf(route), status, body?.code]).toEqual([nameOf(route), 401, 'token_invalid']);
      }
    }
  });

  it('lists its token in the OpenAPI document', async () => {
    const { body: document } = await app.get('/docs-json').expect(200);
    const documented = Object.entries<Record<string, { security?: object[] }>>(document.paths).flatMap(
      ([path, operations]) =>
        Object.entries(operations).map(([method, { security = [] }]) => [
          `${method.toUpperCase()} ${path.replace(/^\/api/, '').replace(/\{(\w+)\}/g, ':$1')}`,
          security
            .flatMap((schemes) => Object.keys(schemes))
            .sort()
            .join(),
        ]),
    );
    const expected = routes
      .filter((route) => !/^\/(pages|dev)\/|^\/(pages)?$|\*$/.test(route.path) && !UNDOCUMENTED.includes(nameOf(route)))
      .map((route) => [
        nameOf(route),
        OPEN.includes(nameOf(route))
          ? ''
          : ({
              IntrospectionGuard: 'apiKey,apiKeyBasic',
              ResetTokenGuard: 'reset',
              RefreshTokenGuard: 'refresh,refreshCookie',
              SessionTokenGuard: 'access,refresh,refreshCookie',
            }[route.guards[0] ?? ''] ?? route.tokens.join()),
      ]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(expected));
  });
});
