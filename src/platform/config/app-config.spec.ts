import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { AppConfig } from './app-config.js';
import { newWebhookSecret } from '../http-client/webhook-signature.js';
import { LINKED_PAGES } from './built-in-pages.js';
import { ConfigurationError } from './configuration-error.js';
import { ENVIRONMENT } from './environment.js';

type Variables = Record<string, string | undefined>;

const SECRET = randomBytes(48).toString('base64');
const OTHER = randomBytes(48).toString('base64');

const MAILED_PAGES = Object.keys(LINKED_PAGES).join(',');

const PRODUCTION: Variables = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://accounts.example.com',
  DATABASE_URL: 'postgres://munjigi:db-pw-Kq3x@db.example.com/munjigi',
  SMTP_URL: 'smtps://munjigi:smtp-pw-Vw7z@mail.example.com',
  MAIL_FROM: 'Example <no-reply@example.com>',
  SECRET,
};

const TOKEN_HOOK = { TOKEN_HOOK_URL: 'https://api.example.com/hook', TOKEN_HOOK_SECRET: newWebhookSecret() };
const HOOK = { IMPORT_HOOK_URL: 'https://old.example.com/login', IMPORT_HOOK_SECRET: newWebhookSecret() };

const directory = mkdtempSync(path.join(tmpdir(), 'munjigi-config-'));
afterAll(() => rmSync(directory, { recursive: true }));
const APPLE_KEY_FILE = path.join(directory, 'key.p8');
writeFileSync(
  APPLE_KEY_FILE,
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
);
const APPLE: Variables = {
  SOCIAL_APPLE_CLIENT_ID: 'com.example.web',
  SOCIAL_APPLE_TEAM_ID: 'TEAM123456',
  SOCIAL_APPLE_KEY_ID: 'KEY1234567',
  SOCIAL_APPLE_KEY_FILE: APPLE_KEY_FILE,
};

/** Switches every optional part on, so that all rules between settings are applied. */
const EVERYTHING_ON: Variables = {
  ...{ ...PRODUCTION, ...TOKEN_HOOK, ...HOOK, ...APPLE },
  ...{ SOCIAL_GOOGLE_CLIENT_ID: 'web', SOCIAL_GOOGLE_CLIENT_SECRET: 'x' },
  ...{ SOCIAL_KAKAO_CLIENT_ID: 'web', SOCIAL_KAKAO_CLIENT_SECRET: 'x' },
  ...{ SOCIAL_NAVER_CLIENT_ID: 'web', SOCIAL_NAVER_CLIENT_SECRET: 'x' },
  SOCIAL_OIDC_PROVIDERS: 'acme=https://login.acme.example',
  ...{ SOCIAL_OIDC_ACME_CLIENT_ID: 'web', SOCIAL_OIDC_ACME_CLIENT_SECRET: 'x' },
  ...{ ALLOWED_COUNTRIES: 'KR', METRICS_PORT: '9464', PREVIOUS_SECRETS: OTHER },
  ...{ PASSKEY_RP_ID: 'acme.test', PASSKEY_ORIGINS: 'https://acme.test' },
};

/** The problems of the production configuration with these changes; empty when it loads. */
function problemsOf(changes: Variables): Record<string, string> {
  try {
    AppConfig.load({ ...PRODUCTION, ...changes });
    return {};
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const message = error.message;
    for (const value of Object.values({ ...PRODUCTION, ...changes })) {
      // Short values may be words of the rule itself.
      if (value !== undefined && value.length > 10) expect(message).not.toContain(value);
    }
    expect(message).not.toMatch(/db-pw|smtp-pw/);
    return error.problems;
  }
}

describe('the configuration of production', () => {
  it('is accepted when it is complete', () => expect(problemsOf({})).toEqual({}));

  it('takes the key of Apple from its file', () => expect(problemsOf(APPLE)).toEqual({}));

  it('IM-30 lets passwords travel to the old system over TLS, or to this machine', () => {
    for (const IMPORT_HOOK_URL of ['https://old.example.com/login', 'http://127.0.0.1:8000/login/'])
      expect(problemsOf({ ...HOOK, IMPORT_HOOK_URL })).toEqual({});
  });

  it('lets answers of the token hook travel over TLS, or on this machine', () => {
    for (const TOKEN_HOOK_URL of ['https://api.example.com/hook', 'http://127.0.0.1:8000/hook/'])
      expect(problemsOf({ ...TOKEN_HOOK, TOKEN_HOOK_URL })).toEqual({});
  });

  it.each<[string, Variables]>([
    ['SECRET', { SECRET: undefined }],
    ['SECRET', { SECRET: '' }],
    ['SECRET', { SECRET: 'short-but-random-Kq3xVw7z' }],
    ['SECRET', { SECRET: 'Kq3xVw7zKq3xVw7zKq3xVw7zKq3xVw7' }], // 31 bytes
    ['SECRET', { SECRET: 'change-me-Kq3xVw7zLm9pTr5yBn1cXd8f' }],
    ['SECRET', { SECRET: 'my-secret-my-secret-my-secret-my-secret' }],
    ['SECRET', { SECRET: 'openssl rand -base64 48 openssl rand -base64 48' }],
    ['SECRET', { SECRET: 'development-only-secret-of-munjigi-1' }],
    ['SECRET', { SECRET: 'a'.repeat(64) }],
    ['SECRET', { SECRET: 'abcabcabcabcabcabcabcabcabcabcabcabcabc' }],
    ['SECRET', { DATABASE_URL: `postgres://munjigi:${encodeURIComponent(SECRET)}@db.example.com/munjigi` }],
    ['SECRET', { SMTP_URL: `smtps://munjigi:${encodeURIComponent(SECRET)}@mail.example.com` }],
    ['SECRET', { PREVIOUS_SECRETS: SECRET }],
    ['PREVIOUS_SECRETS', { PREVIOUS_SECRETS: 'too short to be one' }],
    ['PREVIOUS_SECRETS', { PREVIOUS_SECRETS: `${OTHER},changeme-changeme-changeme-changeme` }],
    ['PREVIOUS_SECRETS', { PREVIOUS_SECRETS: `${OTHER},${OTHER}` }],
    ...(['SOCIAL_APPLE_TEAM_ID', 'SOCIAL_APPLE_KEY_ID', 'SOCIAL_APPLE_KEY_FILE'] as const).map(
      (name): [string, Variables] => [name, { ...APPLE, [name]: undefined }],
    ),
    ['SOCIAL_APPLE_KEY_FILE', { ...APPLE, SOCIAL_APPLE_KEY_FILE: '/no/such/key.p8' }],
    ['SOCIAL_APPLE_KEY_FILE', { ...APPLE, SOCIAL_APPLE_KEY_FILE: fileURLToPath(import.meta.url) }],
    ['SOCIAL_APPLE_ISSUER', { ...APPLE, SOCIAL_APPLE_ISSUER: 'http://appleid.apple.com' }],
    ['SOCIAL_OIDC_PROVIDERS', { SOCIAL_OIDC_PROVIDERS: 'apple=https://login.acme.example' }],
    ['PUBLIC_URL', { PUBLIC_URL: undefined }],
    ['PUBLIC_URL', { PUBLIC_URL: 'http://accounts.example.com' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'accounts.example.com' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'javascript:alert(1)' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://accounts.example.com/?next=1' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://accounts.example.com/#top' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://munjigi:hidden-Kq3x@accounts.example.com' }],
    ['LOGIN_URL', { LOGIN_URL: 'https://munjigi:hidden-Kq3x@app.example.com/login' }],
    ['APP_URL', { APP_URL: 'https://munjigi@app.example.com' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://munjigi:a@b/c-hidden-Kq3x@db.example.com/munjigi' }],
    ['DATABASE_URL', { DATABASE_URL: undefined }],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://munjigi:hidden-Kq3x@db.example.com/munjigi' }],
    ['DATABASE_URL', { DATABASE_URL: 'munjigi:hidden-Kq3x@db.example.com' }],
    ['SMTP_URL', { SMTP_URL: undefined }],
    ['SMTP_URL', { SMTP_URL: 'https://munjigi:hidden-Kq3x@mail.example.com' }],
    ['SMTP_CA_FILE', { SMTP_CA_FILE: '/no/such/file-Kq3xVw7z.pem' }],
    ['SMTP_CA_FILE', { SMTP_CA_FILE: fileURLToPath(import.meta.url) }],
    ['SMTP_CLIENT_NAME', { SMTP_CLIENT_NAME: 'accounts example.com' }],
    ['COOKIE_PREFIX', { COOKIE_PREFIX: 'munjigi=1; Domain=example.com' }],
    ['COOKIE_PREFIX', { COOKIE_PREFIX: '__Secure-munjigi' }],
    ['MAIL_FROM', { MAIL_FROM: 'a@example.com, b@example.com' }],
    ['MAIL_FROM', { MAIL_FROM: undefined }],
    ['NODE_ENV', { NODE_ENV: 'prod' }],
    ['PORT', { PORT: 'three thousand' }],
    ['PORT', { PORT: '65536' }],
    ['PORT', { PORT: '-1' }],
    ['PORT', { PORT: '1e3' }],
    ['JWT_ALGORITHM', { JWT_ALGORITHM: 'none' }],
    ['JWT_ALGORITHM', { JWT_ALGORITHM: 'HS256' }],
    ['JWT_KEYS', { JWT_ALGORITHM: 'HS512', JWT_KEYS: '-----BEGIN PRIVATE KEY-----' }],
    ['ACCESS_TOKEN_TTL_SECONDS', { ACCESS_TOKEN_TTL_SECONDS: '0' }],
    ['ACCESS_TOKEN_TTL_SECONDS', { ACCESS_TOKEN_TTL_SECONDS: '10m' }],
    ['CODE_TTL_SECONDS', { CODE_TTL_SECONDS: '-600' }],
    ['RISK_NOTIFY_SCORE', { RISK_NOTIFY_SCORE: '71' }],
    ['RISK_ASK_SCORE', { RISK_ASK_SCORE: '121' }],
    ['REFRESH_IDLE_TTL_SECONDS', { REFRESH_IDLE_TTL_SECONDS: '200', REFRESH_ABSOLUTE_TTL_SECONDS: '100' }],
    ['IMPORT_HOOK_URL', { ...HOOK, IMPORT_HOOK_URL: 'http://old.example.com/login' }],
    ['IMPORT_HOOK_SECRET', { ...HOOK, IMPORT_HOOK_SECRET: undefined }],
    ['IMPORT_HOOK_SECRET', { ...HOOK, IMPORT_HOOK_SECRET: 'whsec_c2hvcnQ=' }],
    ['TOKEN_HOOK_URL', { ...TOKEN_HOOK, TOKEN_HOOK_URL: 'http://api.example.com/hook' }],
    ['TOKEN_HOOK_URL', { ...TOKEN_HOOK, TOKEN_HOOK_URL: 'ftp://api.example.com/hook' }],
    ['TOKEN_HOOK_SECRET', { ...TOKEN_HOOK, TOKEN_HOOK_SECRET: undefined }],
    ['TOKEN_HOOK_SECRET', { ...TOKEN_HOOK, TOKEN_HOOK_SECRET: 'whsec_c2hvcnQ=' }],
    ['TOKEN_HOOK_ON_FAILURE', { ...TOKEN_HOOK, TOKEN_HOOK_ON_FAILURE: 'ajar' }],
    ['SMTP_TIMEOUT_SECONDS', { SMTP_TIMEOUT_SECONDS: '60', OUTBOX_LEASE_SECONDS: '60' }],
    ['DAILY_GUESS_LIMIT', { DAILY_GUESS_LIMIT: 'unlimited' }],
    ['CODE_GUESS_LIMIT', { CODE_GUESS_LIMIT: '0' }],
    ['PASSWORD_MIN_LENGTH', { PASSWORD_MIN_LENGTH: '4' }],
    ['PASSWORD_MIN_LENGTH', { PASSWORD_MIN_LENGTH: '100' }],
    ['ARGON2_MEMORY_KIB', { ARGON2_MEMORY_KIB: '4096' }],
    ['ARGON2_TIME_COST', { ARGON2_TIME_COST: '1' }],
    ['DEFAULT_LOCALE', { DEFAULT_LOCALE: 'fr' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://app.example.com/login' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://*.example.com' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://ada@app.example.com' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://app.example.com,null' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'file://app' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'htps://app.example.com' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'ftp://app.example.com' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'capacitor://localhost/app' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'capacitor://*' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'javascript://localhost' }],
    ['CORS_ALLOWED_HEADERS', { CORS_ALLOWED_HEADERS: 'X-A B' }],
    ['CORS_ALLOWED_HEADERS', { CORS_ALLOWED_HEADERS: '*' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'true' }],
    ['SIGN_UP_LINK_URL', { SIGN_UP_LINK_URL: 'https://app.example.com/confirm' }],
    ['RESET_LINK_URL', { RESET_LINK_URL: 'https://app.example.com/reset?token={token}' }],
    ['RESET_LINK_URL', { RESET_LINK_URL: 'https://app.example.com/reset#{token}{token}' }],
    ['LOGIN_URL', { LOGIN_URL: '/login' }],
    ['APP_URL', { APP_URL: 'javascript:alert(1)' }],
    ['PAGES', { PAGES: 'login,admin-console' }],
    ['PAGES', { PAGES: 'none,login' }],
    ['NOT_ME_LINK_URL', { PAGES: 'confirm-sign-up,reset-password,confirm-email,undo-email,login' }],
    ['BRAND_COLOR', { BRAND_COLOR: 'red;}body{display:none' }],
    ['BRAND_COLOR', { BRAND_COLOR: '#2a51d' }],
    ['BRAND_LOGO', { BRAND_LOGO: '/no/such/file-Kq3xVw7z.svg' }],
    ['BRAND_LOGO', { BRAND_LOGO: fileURLToPath(import.meta.url) }],
    ['PASSKEY_ORIGINS', { PASSKEY_ORIGINS: 'https://app.example.com' }],
    ['PASSKEY_ORIGINS', { PASSKEY_RP_ID: 'example.com', PASSKEY_ORIGINS: 'https://example.org' }],
    ['SOCIAL_REDIRECT_URIS', { SOCIAL_REDIRECT_URIS: 'https://App.example.com/social' }],
    ['SOCIAL_REDIRECT_URIS', { SOCIAL_REDIRECT_URIS: 'https://app.example.com:443/social' }],
    ['SWAGGER_ENABLED', { SWAGGER_ENABLED: 'perhaps' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'verbose' }],
  ])('SL-03 is refused with the name %s and never its value: %j', (name, changes) => {
    expect(Object.keys(problemsOf(changes))).toEqual([name]);
  });

  it.each(['production', 'development'])(
    'PW-06 in %s a password hash cheaper than OWASP allows is refused',
    (NODE_ENV) => {
      expect(problemsOf({ NODE_ENV, ARGON2_MEMORY_KIB: '19455', ARGON2_TIME_COST: '1' })).toEqual({
        ARGON2_MEMORY_KIB: 'needs to be at least 19456',
        ARGON2_TIME_COST: 'needs to be at least 2',
      });
    },
  );

  it('PW-06 accepts a cheaper password hash in tests alone, and none that argon2 cannot compute', () => {
    const cheap = { NODE_ENV: 'test', ARGON2_MEMORY_KIB: '8', ARGON2_TIME_COST: '1' };
    expect(problemsOf(cheap)).toEqual({});
    expect(Object.keys(problemsOf({ ...cheap, ARGON2_MEMORY_KIB: '7' }))).toEqual(['ARGON2_MEMORY_KIB']);
  });

  it('SL-03 is refused with the names of all wrong settings at once', () => {
    const problems = problemsOf({ SECRET: undefined, PUBLIC_URL: undefined, PORT: 'x', SMTP_URL: 'x', MAIL_FROM: '' });
    expect(Object.keys(problems).sort()).toEqual(['MAIL_FROM', 'PORT', 'PUBLIC_URL', 'SECRET', 'SMTP_URL']);
    expect(problems).toMatchObject({ SECRET: 'is missing', MAIL_FROM: 'is missing' });
  });

  it.each(['100%sure', 'a#b', 'a/b?c', '12#34', 'a b[c]'])(
    'accepts URLs whose password is not percent-encoded: %s',
    (password) => {
      const config = AppConfig.load({
        ...PRODUCTION,
        DATABASE_URL: `postgres://munjigi:${password}@db.example.com/munjigi`,
        SMTP_URL: `smtps://munjigi:${password}@mail.example.com`,
        REDIS_URL: `redis://:${password}@redis`,
      });
      for (const name of ['DATABASE_URL', 'SMTP_URL', 'REDIS_URL'] as const)
        expect(decodeURIComponent(new URL(config.env[name]!).password)).toBe(password);
    },
  );

  it('SL-03 no secret that a provider or a hook holds may be ours as well', () => {
    const shared = newWebhookSecret();
    for (const changes of [
      { ...TOKEN_HOOK, TOKEN_HOOK_SECRET: shared, SECRET: shared },
      { ...HOOK, IMPORT_HOOK_SECRET: shared, SECRET: shared },
      { SOCIAL_GOOGLE_CLIENT_ID: 'web', SOCIAL_GOOGLE_CLIENT_SECRET: SECRET },
      { SOCIAL_KAKAO_CLIENT_ID: 'web', SOCIAL_KAKAO_CLIENT_SECRET: 'x', SOCIAL_KAKAO_ADMIN_KEY: SECRET },
      {
        SOCIAL_OIDC_PROVIDERS: 'acme=https://login.acme.example',
        ...{ SOCIAL_OIDC_ACME_CLIENT_ID: 'web', SOCIAL_OIDC_ACME_CLIENT_SECRET: SECRET },
      },
    ])
      expect(problemsOf(changes)).toEqual({ SECRET: 'is used a second time in another variable' });
  });

  it('keys and tokens travel to the interfaces of providers over TLS alone', () => {
    const kakao = { SOCIAL_KAKAO_CLIENT_ID: 'web', SOCIAL_KAKAO_CLIENT_SECRET: 'x' };
    const naver = { SOCIAL_NAVER_CLIENT_ID: 'web', SOCIAL_NAVER_CLIENT_SECRET: 'x' };
    expect(problemsOf({ ...kakao, SOCIAL_KAKAO_API_URL: 'http://kapi.example.com' })).toEqual({
      SOCIAL_KAKAO_API_URL: 'needs https://',
    });
    expect(problemsOf({ ...naver, SOCIAL_NAVER_PROFILE_URL: 'http://127.0.0.1/me' })).toEqual({
      SOCIAL_NAVER_PROFILE_URL: 'needs https://',
    });
    expect(problemsOf({ ...naver, NODE_ENV: 'test', SOCIAL_NAVER_PROFILE_URL: 'http://127.0.0.1/me' })).toEqual({});
  });

  it.each(['production', 'development'])(
    'in %s every setting accepts a malformed value, or refuses it with a rule',
    (NODE_ENV) => {
      const everythingOn = { ...EVERYTHING_ON, NODE_ENV };
      expect(problemsOf(everythingOn)).toEqual({});
      for (const name of Object.keys({ ...ENVIRONMENT, ...everythingOn }))
        for (const value of ['{', 'http://[']) {
          const rules = Object.values(problemsOf({ ...everythingOn, [name]: value })).join();
          expect([name, value, rules]).toEqual([name, value, expect.not.stringMatching(/is not valid|undefined/)]);
        }
    },
  );

  it('has stricter defaults than development', () => {
    expect(AppConfig.load({ ...PRODUCTION }).env).toMatchObject({
      HOST: '0.0.0.0',
      SMTP_REQUIRE_TLS: true,
      SWAGGER_ENABLED: false,
      IP_REQUEST_LIMIT: 120,
    });
  });

  it('takes origins of passkeys on the host of PUBLIC_URL and below it, unless PASSKEY_RP_ID names another domain', () => {
    const PASSKEY_ORIGINS = 'https://accounts.example.com,https://m.accounts.example.com';
    expect(problemsOf({ PASSKEY_ORIGINS })).toEqual({});
    expect(problemsOf({ PASSKEY_ORIGINS: 'https://app.example.com', PASSKEY_RP_ID: 'example.com' })).toEqual({});
    const PUBLIC_URL = undefined; // the problem of PUBLIC_URL itself is enough
    expect(Object.keys(problemsOf({ PASSKEY_ORIGINS, PUBLIC_URL }))).toEqual(['PUBLIC_URL']);
  });

  it('takes the addresses of social login as clients send them', () => {
    const addresses = ['https://app.example.com/social', 'com.example.app:/social'];
    expect(AppConfig.load({ ...PRODUCTION, SOCIAL_REDIRECT_URIS: addresses.join() }).socialRedirectUris).toEqual(
      addresses,
    );
  });

  it('may omit TLS only for a loopback host', () => {
    for (const PUBLIC_URL of ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])
      expect(problemsOf({ PUBLIC_URL })).toEqual({});
    expect(Object.keys(problemsOf({ PUBLIC_URL: 'http://localhost.example.com' }))).toEqual(['PUBLIC_URL']);
  });

  it.each([
    ['ACCESS_TOKEN_TTL_SECONDS', 900],
    ['RESET_TOKEN_TTL_SECONDS', 600],
    ['CODE_TTL_SECONDS', 600],
    ['RESET_LINK_TTL_SECONDS', 1800],
    ['SIGN_UP_LINK_TTL_SECONDS', 86_400],
    ['MFA_TOKEN_TTL_SECONDS', 300],
    ['REAUTHENTICATION_SECONDS', 300],
    ['REFRESH_GRACE_SECONDS', 60],
    ['REFRESH_IDLE_TTL_SECONDS', 1_209_600],
    ['REFRESH_ABSOLUTE_TTL_SECONDS', 2_592_000],
  ])('TK-05 limits %s to %d seconds, but not outside production', (name, longest) => {
    expect(problemsOf({ [name]: String(longest) })).toEqual({});
    const tooLong = { [name]: String(longest + 1) };
    expect(problemsOf(tooLong)).toEqual({ [name]: `needs to be at most ${longest} in production` });
    expect(problemsOf({ ...tooLong, NODE_ENV: 'test', REFRESH_ABSOLUTE_TTL_SECONDS: '2592001' })).toEqual({});
  });
});

describe('the configuration of development', () => {
  it('is complete with only a secret', () => {
    const config = AppConfig.load({ SECRET });
    expect(config.env).toMatchObject({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      SMTP_URL: 'smtp://localhost:1025',
      SWAGGER_ENABLED: true,
    });
    expect([config.publicUrl, config.isProduction, config.isHttps]).toEqual(['http://localhost:3000', false, false]);
  });

  it('accepts a weak secret, but not a short one', () => {
    const weak = 'development-only-secret-of-munjigi-1';
    expect(AppConfig.load({ SECRET: weak }).secrets).toEqual([weak]);
    expect(() => AppConfig.load({ SECRET: 'short' })).toThrow(ConfigurationError);
  });

  it('treats an empty value as not set', () => {
    expect(AppConfig.load({ SECRET, PORT: '', PREVIOUS_SECRETS: '', JWT_ISSUER: '' })).toMatchObject({
      env: { PORT: 3000, PREVIOUS_SECRETS: [] },
      issuer: 'http://localhost:3000',
    });
    expect(AppConfig.load({ SECRET, NODE_ENV: '' }).env).toMatchObject({ NODE_ENV: 'development', HOST: '127.0.0.1' });
  });
});

describe('values derived from the configuration', () => {
  const load = (changes: Variables) => AppConfig.load({ ...PRODUCTION, ...changes });

  it('TR-01 links begin with PUBLIC_URL and carry the token behind a #', () => {
    const config = load({ PUBLIC_URL: 'https://accounts.example.com/' });
    expect(config.resetLink('a+b/c')).toBe('https://accounts.example.com/pages/reset-password#token=a%2Bb%2Fc');
    expect(config.signUpLink('t')).toBe('https://accounts.example.com/pages/confirm-sign-up#token=t');
  });

  it.each([
    ['https://accounts.example.com//', 'https://accounts.example.com'],
    ['https://example.com//accounts/', 'https://example.com/accounts'],
    ['HTTPS://Accounts.Example.com:443', 'https://accounts.example.com'],
  ])('links have no doubled slash when PUBLIC_URL is %s', (PUBLIC_URL, base) =>
    expect(load({ PUBLIC_URL }).resetLink('t')).toBe(`${base}/pages/reset-password#token=t`),
  );

  it('cookies of instances on one host have different names', () => {
    expect(load({}).cookiePrefix).toBe('munjigi');
    expect(load({ PUBLIC_URL: 'https://example.com/b/accounts' }).cookiePrefix).toBe('munjigi-b-accounts');
    expect(load({ COOKIE_PREFIX: 'staging' }).cookiePrefix).toBe('staging');
  });

  it.each([
    ['https://accounts.example.com:8443', 'accounts.example.com'],
    ['http://127.0.0.1:3000', '[127.0.0.1]'],
    ['http://[::1]:3000', '[IPv6:::1]'],
  ])('the name in EHLO is the host of PUBLIC_URL: %s', (PUBLIC_URL, name) => {
    expect(load({ PUBLIC_URL }).smtpClientName).toBe(name);
    expect(load({ PUBLIC_URL, SMTP_CLIENT_NAME: 'mail.example.com' }).smtpClientName).toBe('mail.example.com');
  });

  it('in development, all names of this machine are our own origin; in production only PUBLIC_URL', () => {
    const PUBLIC_URL = 'http://localhost:3000';
    const names = ['http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'];
    expect(AppConfig.load({ SECRET, PUBLIC_URL }).allowedOrigins).toEqual(names);
    expect(load({ PUBLIC_URL }).allowedOrigins).toEqual([PUBLIC_URL]);
    expect(AppConfig.load({ SECRET, PUBLIC_URL: 'https://dev.example.com' }).allowedOrigins).toHaveLength(1);
  });

  it('links may open pages of the operator', () => {
    expect(load({ RESET_LINK_URL: 'https://app.example.com/reset#/{token}' }).resetLink('t')).toBe(
      'https://app.example.com/reset#/t',
    );
  });

  it('the login page is the operator’s, else the built-in one, else unknown', () => {
    expect(load({}).loginUrl).toBe('https://accounts.example.com/pages/login');
    expect(load({ LOGIN_URL: 'https://app.example.com/login' }).loginUrl).toBe('https://app.example.com/login');
    expect(load({ PAGES: MAILED_PAGES }).loginUrl).toBeUndefined();
  });

  it('pages can be switched off once each mailed link opens another page', () => {
    const elsewhere = Object.fromEntries(
      Object.values(LINKED_PAGES).map((name) => [name, 'https://app.example.com/mail#{token}']),
    );
    expect(problemsOf({ PAGES: 'none', SIGN_UP: 'invited' })).toEqual(
      Object.fromEntries(Object.values(LINKED_PAGES).map((name) => [name, expect.stringContaining('needs a page')])),
    );
    // A value of PAGES from before there were invitations stays valid unless SIGN_UP is invited.
    expect(problemsOf({ PAGES: 'none' })).not.toHaveProperty('INVITATION_LINK_URL');
    expect(load({ PAGES: 'none', ...elsewhere }).env.PAGES).toEqual([]);
    expect(load({ PAGES: ` login , ${MAILED_PAGES}` }).isPageServed('login')).toBe(true);
  });

  it('the current secret comes first, older ones after it', () => {
    expect(load({ PREVIOUS_SECRETS: ` ${OTHER} ,` }).secrets).toEqual([SECRET, OTHER]);
  });

  it('lets pages send visitors back to the app and to the origins that may use cookies, by web addresses only', () => {
    const env = {
      APP_URL: 'https://app.example.com/start',
      CORS_ORIGINS: 'https://m.example.com,https://app.example.com',
    };
    expect(load(env).returnOrigins).toEqual(['https://app.example.com', 'https://m.example.com']);
    expect(load({}).returnOrigins).toEqual([]);
  });

  it('origins that may send credentials are the configured ones and our own', () => {
    expect(load({ CORS_ORIGINS: 'https://app.example.com, https://m.example.com' }).allowedOrigins).toEqual([
      'https://app.example.com',
      'https://m.example.com',
      'https://accounts.example.com',
    ]);
  });

  it('writes origins as browsers send them', () => {
    const typed = 'https://App.example.com/, https://m.example.com:443, capacitor://localhost/';
    const origins = ['https://app.example.com', 'https://m.example.com', 'capacitor://localhost'];
    expect(load({ CORS_ORIGINS: typed }).env.CORS_ORIGINS).toEqual(origins);
    const passkeys = { PASSKEY_RP_ID: 'example.com', PASSKEY_ORIGINS: 'https://App.example.com/' };
    expect(load(passkeys).relyingParty.origins).toEqual([origins[0]]);
  });

  it('drops quotes and blanks that other programs leave around a value, but not around our secrets', () => {
    const { env, secrets } = load({
      PORT: '"3001"',
      MAIL_FROM: '"Acme" <no-reply@example.com>\r',
      PRODUCT_NAME: '\'Acme: "A"\' ',
      SMTP_REQUIRE_TLS: ' "false"',
      SOCIAL_GOOGLE_CLIENT_SECRET: '"GOCSPX-1"\r',
      SECRET: ' "any-thirty-two-bytes-will-do-here-0"',
    });
    expect(env.SOCIAL_GOOGLE_CLIENT_SECRET).toBe('GOCSPX-1');
    expect([env.PORT, env.MAIL_FROM, env.PRODUCT_NAME, env.SMTP_REQUIRE_TLS]).toEqual([
      3001,
      '"Acme" <no-reply@example.com>',
      'Acme: "A"',
      false,
    ]);
    expect(secrets).toEqual([' "any-thirty-two-bytes-will-do-here-0"']);
  });

  it.each(['postgres://munjigi:pw@/munjigi?host=/run/postgresql', 'postgres://munjigi@%2Frun%2Fpostgresql/munjigi'])(
    'accepts the socket of a database: %s',
    (url) => expect(load({ DATABASE_URL: url }).env.DATABASE_URL).toBe(url),
  );

  it.each(['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'app://.', 'http://tauri.localhost'])(
    'TR-03 the origin of an app may be configured: %s',
    (origin) => expect(load({ CORS_ORIGINS: origin }).env.CORS_ORIGINS).toEqual([origin]),
  );

  it('TR-03 the origin of a browser extension may be configured', () => {
    const origins = [
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
    ];
    expect(load({ CORS_ORIGINS: origins.join() }).env.CORS_ORIGINS).toEqual(origins);
  });
});
