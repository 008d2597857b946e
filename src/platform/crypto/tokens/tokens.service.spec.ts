import { createHmac, createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { Clock } from '../../database/clock.js';
import { KeyRing } from '../key-ring.js';
import { AppConfig } from '../../config/app-config.js';
import { ConfigurationError } from '../../config/configuration-error.js';
import type { DomainError } from '../../http/problems/domain-error.js';
import { TokenKeys } from './token-keys.js';
import type { TokenPurpose } from './token-purpose.js';
import { MAX_TOKEN_LENGTH, TokensService } from './tokens.service.js';

const SECRET = 'the-secret-in-use-of-forty-bytes-Kq3xVw7';
const OLDER = 'an-older-secret-of-forty-odd-bytes-Lm9pTr';

function tokensWith(env: Record<string, string> = {}, clock = new Clock()): TokensService {
  const config = AppConfig.load({ SECRET, ...env });
  return new TokensService(config, new TokenKeys(config, new KeyRing(config.secrets)), new JwtService({}), clock);
}

const CLAIMS = {
  access: { sub: randomUUID(), sid: randomUUID(), role: 'member' },
  refresh: { sub: randomUUID(), sid: randomUUID(), gen: 3, jti: 'j'.repeat(43) },
  reset: { sub: randomUUID(), jti: randomUUID() },
  mfa: { sub: randomUUID(), jti: randomUUID() },
  terms: { sub: randomUUID(), jti: randomUUID() },
  'not-me': { sub: randomUUID(), jti: randomUUID(), evt: 'new-device', box: 'b'.repeat(43) },
} as const;
const PURPOSES = Object.keys(CLAIMS) as TokenPurpose[];

const now = (): number => Math.floor(Date.now() / 1000);
const mint = (tokens: TokensService, purpose: TokenPurpose, from = now(), to = now() + 600): string =>
  tokens.sign(purpose, CLAIMS[purpose], from, to);

function refusalOf(tokens: TokensService, purpose: TokenPurpose, token: string): string {
  try {
    tokens.verify(purpose, token);
    return 'accepted';
  } catch (error) {
    return (error as DomainError).code;
  }
}

/** The same token with another header or payload; its signature is kept, or made by `sign`. */
function altered(
  token: string,
  change: { header?: object; payload?: object; text?: string },
  sign?: (signed: string) => string,
): string {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const merge = (part: string, changes: object = {}) =>
    encode(JSON.stringify({ ...(JSON.parse(decode(part)) as object), ...changes }));
  const signed = `${merge(header, change.header)}.${change.text === undefined ? merge(payload, change.payload) : encode(change.text)}`;
  return `${signed}.${sign ? sign(signed) : signature}`;
}

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const decode = (part: string): string => Buffer.from(part, 'base64url').toString('utf8');

/** Signs like the server, to test that claims are checked and not only signatures. */
const signReset = (signed: string): string =>
  createHmac('sha512', new KeyRing([SECRET]).current('token:reset+jwt:HS512'))
    .update(signed)
    .digest('base64url');

describe('a token', () => {
  const tokens = tokensWith();

  it.each(PURPOSES)('TK-04 for %s is accepted for that purpose only', (purpose) => {
    const token = mint(tokens, purpose);
    expect(tokens.verify(purpose, token)).toEqual({
      ...CLAIMS[purpose],
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    for (const other of PURPOSES.filter((name) => name !== purpose))
      expect(refusalOf(tokens, other, token)).toBe('token_invalid');
  });

  describe('RS-06 for access', () => {
    const [A, B] = ['https://a.example', 'https://b.example'];
    const withAudience = (ACCESS_TOKEN_AUDIENCE: string) => tokensWith({ ACCESS_TOKEN_AUDIENCE });
    const claimsOf = (token: string) => JSON.parse(decode(token.split('.')[1]!)) as Record<string, unknown>;

    it('names the issuer, the one API or a list of several as its audience', () => {
      const audOf = (from: TokensService) => claimsOf(mint(from, 'access')).aud;
      expect(audOf(tokens)).toBe('http://localhost:3000');
      expect(audOf(withAudience(A))).toBe(A);
      expect(audOf(withAudience(`${A}, ${B}`))).toEqual([A, B]);
      expect(claimsOf(mint(withAudience(A), 'refresh')).aud).toBe('refresh');
    });

    it('has room for the largest attributes and claims and for many audiences; longer input is refused undecoded', () => {
      const many = Array.from({ length: 40 }, (_, index) => `https://service-${index}.example.com`).join(',');
      const hook = { TOKEN_HOOK_URL: 'https://app.example/hook', TOKEN_HOOK_SECRET: `whsec_${'a'.repeat(44)}` };
      const issuing = tokensWith({ ACCESS_TOKEN_AUDIENCE: many, ...hook });
      const tokenWith = (length: number) => {
        const claims = { ...CLAIMS.access, attributes: { note: 'x'.repeat(1000) }, plan: 'y'.repeat(length) };
        return issuing.sign('access', claims, now(), now() + 600);
      };
      expect(tokenWith(1000).length).toBeGreaterThan(4096);
      const [longest, tooLong] = [3000, 4000].map(tokenWith);
      expect([longest!.length <= MAX_TOKEN_LENGTH, refusalOf(issuing, 'access', longest!)]).toEqual([true, 'accepted']);
      expect([tooLong!.length > MAX_TOKEN_LENGTH, refusalOf(issuing, 'access', tooLong!)]).toEqual([
        true,
        'token_invalid',
      ]);
    });

    it('is accepted by servers that share one audience, so that the setting changes in two steps', () => {
      const [old, both, fresh] = [withAudience(A), withAudience(`${A},${B}`), withAudience(B)];
      expect(refusalOf(both, 'access', mint(old, 'access'))).toBe('accepted');
      expect(refusalOf(old, 'access', mint(both, 'access'))).toBe('accepted');
      expect(refusalOf(fresh, 'access', mint(both, 'access'))).toBe('accepted');
      expect(refusalOf(fresh, 'access', mint(old, 'access'))).toBe('token_invalid');
    });

    it('is accepted as 1.0 signed it, with the audience "access" and only the required claims', () => {
      const config = AppConfig.load({ SECRET, JWT_ALGORITHM: 'HS512' });
      const key = new KeyRing([SECRET]).current('token:at+jwt:HS512');
      const signAs1_0 = (aud: unknown) =>
        altered(mint(tokensWith({ JWT_ALGORITHM: 'HS512' }), 'access'), { payload: { aud } }, (signed) =>
          createHmac('sha512', key).update(signed).digest('base64url'),
        );
      const current = new TokensService(
        config,
        new TokenKeys(config, new KeyRing([SECRET])),
        new JwtService({}),
        new Clock(),
      );
      expect(refusalOf(current, 'access', signAs1_0('access'))).toBe('accepted');
      for (const aud of [['access'], 'refresh', '', [], null])
        expect(refusalOf(current, 'access', signAs1_0(aud))).toBe('token_invalid');
    });
  });

  it.each(PURPOSES)('TK-03 for %s expires to the second', (purpose) => {
    expect(refusalOf(tokens, purpose, mint(tokens, purpose, now() - 300, now()))).toBe('token_expired');
    expect(refusalOf(tokens, purpose, mint(tokens, purpose, now() - 300, now() + 2))).toBe('accepted');
  });

  it('for access never outlives the configured lifetime, after which revocations are deleted', () => {
    expect(refusalOf(tokens, 'access', mint(tokens, 'access', now() - 601, now() + 3000))).toBe('token_expired');
    expect(refusalOf(tokens, 'access', mint(tokens, 'access', now() - 590, now() + 3000))).toBe('accepted');
  });

  it('FT-11 expires by the time of the database, not by the clock of this machine', () => {
    const clock = new Clock();
    const shifted = tokensWith({}, clock);
    const token = mint(shifted, 'access');
    clock.synchronise(Date.now() + 3_600_000, Date.now(), Date.now());
    expect(refusalOf(shifted, 'access', token)).toBe('token_expired');
    clock.synchronise(Date.now() - 3_600_000, Date.now(), Date.now());
    expect(refusalOf(shifted, 'access', token)).toBe('token_invalid'); // from the future
  });

  it('TK-03 for access is cached after verification and still expires', () => {
    const clock = new Clock();
    const shifted = tokensWith({}, clock);
    const token = mint(shifted, 'access');
    expect(shifted.recall(token)).toBeUndefined();
    const claims = shifted.verifyAccess(token);
    expect(shifted.recall(token)).toEqual(claims);
    expect(shifted.recall(altered(token, { payload: { role: 'admin' } }))).toBeUndefined();
    clock.synchronise(Date.now() + 3_600_000, Date.now(), Date.now());
    expect(() => shifted.recall(token)).toThrow(expect.objectContaining({ code: 'token_expired' }));
    expect(() => shifted.verifyAccess(token)).toThrow(expect.objectContaining({ code: 'token_expired' }));
  });

  it('TK-04 of another purpose is never cached as an access token', () => {
    const fresh = tokensWith();
    for (const purpose of PURPOSES.filter((name) => name !== 'access')) {
      const token = mint(fresh, purpose);
      fresh.verify(purpose, token);
      expect(() => fresh.verifyAccess(token)).toThrow(expect.objectContaining({ code: 'token_invalid' }));
      expect(fresh.recall(token)).toBeUndefined();
    }
  });

  it.each(PURPOSES)('TK-01 for %s needs its signature', (purpose) => {
    const token = mint(tokens, purpose);
    const [header = '', payload = ''] = token.split('.');
    const forgeries = [
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${header}.${payload}.${encode('\0'.repeat(64))}`,
      altered(token, { payload: { sub: randomUUID() } }),
      ...['none', 'None', 'NONE', 'HS256', 'RS256', 'ES384', ''].map((alg) => altered(token, { header: { alg } })),
      ...['none', 'HS256'].map((alg) => altered(token, { header: { alg } }, () => '')),
    ];
    expect(forgeries.map((forgery) => refusalOf(tokens, purpose, forgery))).toEqual(
      forgeries.map(() => 'token_invalid'),
    );
  });

  it('TK-02 has a header that only selects the key', () => {
    const token = mint(tokens, 'reset');
    const headers = [
      { jwk: { kty: 'oct', k: 'AAAA' } },
      { jku: 'https://evil.example/jwks.json' },
      { x5u: 'https://evil.example/cert' },
      { crit: ['exp'] },
      { b64: false },
      { typ: 'JWT' },
      { typ: 'at+jwt' },
      ...['../../dev/null', "' OR 1=1 --", 'x'.repeat(1000), null, 1, undefined].map((kid) => ({ kid })),
    ];
    for (const header of headers)
      expect([header, refusalOf(tokens, 'reset', altered(token, { header }, signReset))]).toEqual([
        header,
        'token_invalid',
      ]);
    expect(refusalOf(tokens, 'reset', altered(token, {}, signReset))).toBe('accepted'); // signReset without a change
  });

  it('TK-03 has exactly the claims of its purpose', () => {
    const token = mint(tokens, 'reset');
    const payloads = [
      ...[
        { role: 'admin' },
        { sid: randomUUID() },
        { nbf: 0 },
        { sub: 'ada' },
        { sub: undefined },
        { sub: [CLAIMS.reset.sub] },
      ],
      ...[{ jti: undefined }, { jti: null }, { iss: 'https://evil.example' }, { iss: undefined }, { aud: 'access' }],
      ...[{ aud: ['reset'] }, { exp: undefined }, { exp: '9999999999' }, { exp: 9_999_999_999.5 }, { iat: undefined }],
      ...[{ iat: now() + 3600 }, { exp: Number.MAX_VALUE }, { exp: null }],
    ];
    for (const payload of payloads)
      expect([payload, refusalOf(tokens, 'reset', altered(token, { payload }, signReset))]).toEqual([
        payload,
        'token_invalid',
      ]);
  });

  const HOOK = {
    TOKEN_HOOK_URL: 'https://api.example.com/hook',
    TOKEN_HOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
  };

  it('AT-02 for access has claims of the product too, but none that mean something here', () => {
    const hooked = tokensWith(HOOK);
    const accessWith = (more: object): string =>
      hooked.sign('access', { ...more, ...CLAIMS.access }, now(), now() + 600);
    const plan = { plan: 'pro', 'https://example.com/seats': [1, null] };
    expect(hooked.verify('access', accessWith(plan))).toMatchObject({ ...plan, ...CLAIMS.access });
    // Without a hook, no token has claims of the product.
    expect(refusalOf(tokens, 'access', tokens.sign('access', { ...plan, ...CLAIMS.access }, now(), now() + 600))).toBe(
      'token_invalid',
    );
    for (const name of ['scope', 'gen', 'evt', 'nbf', 'act', 'active', ' plan', '1'])
      expect([name, refusalOf(hooked, 'access', accessWith({ [name]: 1 }))]).toEqual([name, 'token_invalid']);
    const reset = altered(mint(tokens, 'reset'), { payload: { plan: 'pro' } }, signReset);
    expect(refusalOf(tokens, 'reset', reset)).toBe('token_invalid');
  });

  it('AT-02 for access is accepted with every optional claim, and a kilobyte each of attributes and claims', () => {
    const kilobyte = 'x'.repeat(1010);
    const all = { attributes: { a: kilobyte }, auth_time: now(), amr: ['pwd', 'otp', 'mfa'], client_id: 'munjigi' };
    const own = { cnf: { jkt: 'k'.repeat(43) }, jti: randomUUID(), plan: kilobyte };
    const hooked = tokensWith(HOOK);
    const token = hooked.sign('access', { ...CLAIMS.access, ...all, ...own } as never, now(), now() + 600);
    expect(hooked.verifyAccess(token)).toMatchObject(own);
  });

  it('TK-03 is accepted only in its canonical form', () => {
    const token = mint(tokens, 'reset');
    const text = decode(token.split('.')[1]!);
    const texts = [
      text.replace('{', '{ '),
      text.replace('"sub":', '"sub":"x","sub":'),
      text.replace(/"exp":\d+/, '"exp":1e400'),
      text.replace(/"exp":(\d+)/, '"exp":$1.0'),
      `\ufeff${text}`,
      `[${text}]`,
      'null',
      '',
    ];
    for (const other of texts)
      expect([other, refusalOf(tokens, 'reset', altered(token, { text: other }, signReset))]).toEqual([
        other,
        'token_invalid',
      ]);
  });

  it('TK-11 that is malformed is refused', () => {
    const nonsense = ['', '.', '..', '...', 'a.b.c', 'ä.ö.ü', '\0', 'x'.repeat(100_000), `${mint(tokens, 'access')}=`];
    for (const purpose of PURPOSES)
      for (const token of nonsense) expect(refusalOf(tokens, purpose, token)).toBe('token_invalid');
  });

  it('with equal claims is the same on every replica if the algorithm is symmetric', () => {
    const [from, to] = [now(), now() + 600];
    for (const purpose of ['refresh', 'reset'] as const)
      expect(mint(tokensWith(), purpose, from, to)).toBe(mint(tokens, purpose, from, to));
  });
});

describe('a rotation of keys', () => {
  it.each([...(['ES256', 'HS512'] as const).map((algorithm) => [algorithm, { JWT_ALGORITHM: algorithm }] as const)])(
    'TK-11 accepts older tokens until the older secret is removed (%s)',
    (_, env) => {
      const before = tokensWith({ ...env, SECRET: OLDER });
      const during = tokensWith({ ...env, PREVIOUS_SECRETS: OLDER });
      const after = tokensWith(env);
      for (const purpose of PURPOSES) {
        const old = mint(before, purpose);
        expect([during, after].map((tokens) => refusalOf(tokens, purpose, old))).toEqual(['accepted', 'token_invalid']);
        const fresh = mint(during, purpose);
        expect([before, after].map((tokens) => refusalOf(tokens, purpose, fresh))).toEqual([
          'token_invalid',
          'accepted',
        ]);
      }
    },
  );

  it('TK-01 refuses tokens of the other algorithm', () => {
    const [es, hs] = [tokensWith(), tokensWith({ JWT_ALGORITHM: 'HS512' })];
    expect(refusalOf(hs, 'access', mint(es, 'access'))).toBe('token_invalid');
    expect(refusalOf(es, 'access', mint(hs, 'access'))).toBe('token_invalid');
  });

  it('accepts configured keys: the first signs, all verify', () => {
    const pem = (curve = 'prime256v1') => {
      const pair = generateKeyPairSync('ec', { namedCurve: curve });
      return {
        private: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
        public: pair.publicKey.export({ type: 'spki', format: 'pem' }) as string,
      };
    };
    const [old, fresh] = [pem(), pem()];
    const token = mint(tokensWith({ JWT_KEYS: old.private }), 'access');
    expect(refusalOf(tokensWith({ JWT_KEYS: fresh.private + old.public }), 'access', token)).toBe('accepted');
    // In one line, as in a .env file.
    const oneLine = fresh.private.replaceAll('\n', '\\n');
    expect(refusalOf(tokensWith({ JWT_KEYS: oneLine }), 'access', token)).toBe('token_invalid');
    // As `openssl ecparam -name prime256v1 -genkey` writes it: the curve first, then the key (SEC 1).
    const curve = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    const sec1 = createPrivateKey(old.private).export({ type: 'sec1', format: 'pem' }) as string;
    expect(refusalOf(tokensWith({ JWT_KEYS: curve + sec1 }), 'access', token)).toBe('accepted');

    const bad = ['not a key', curve, fresh.public, pem('secp384r1').private, fresh.private.replace(/\n.{20}/, '\n')];
    for (const JWT_KEYS of bad) {
      expect(() => tokensWith({ JWT_KEYS })).toThrow(ConfigurationError);
      expect(() => tokensWith({ JWT_KEYS })).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining(JWT_KEYS.slice(30, 60) || JWT_KEYS) }),
      );
    }
  });
});

describe('the published keys', () => {
  const jwksOf = (env: Record<string, string> = {}) => {
    const config = AppConfig.load({ SECRET, ...env });
    return new TokenKeys(config, new KeyRing(config.secrets)).publicJwks();
  };

  it('are public and named, one for each accepted secret', () => {
    const keys = jwksOf({ PREVIOUS_SECRETS: OLDER });
    expect(keys).toHaveLength(2);
    for (const key of keys)
      expect(key).toEqual({
        ...{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' },
        ...{ kid: expect.any(String), x: expect.any(String), y: expect.any(String) },
      });
  });

  it('are empty when access tokens are signed with a shared secret', () => {
    expect(jwksOf({ JWT_ALGORITHM: 'HS512' })).toEqual([]);
  });
});
