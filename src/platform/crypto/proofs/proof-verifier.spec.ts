import { describe, expect, it, jest } from '@jest/globals';
import { ProofMaker, type ProofTarget } from '../../../../test/support/proof-maker.js';
import { AppConfig } from '../../config/app-config.js';
import { Clock } from '../../database/clock.js';
import { KeyRing } from '../key-ring.js';
import { ProofNonces } from './proof-nonces.js';
import { ProofVerifier, type ProvenRequest } from './proof-verifier.js';

const ORIGIN = 'https://accounts.example.com';
const REFRESH = '/api/auth/refresh';
const SECRET = 'q7Zt1vXo9LrKc3WmEy5HsBn8DaUf2GjPi6TxRwVk4CzNb0QhYeMlSdFgOuJpA1Xw';

/** A clock that a test sets, in seconds since 1970. */
class SetClock extends Clock {
  constructor(private seconds = Date.now() / 1000) {
    super();
  }

  override now(): number {
    return this.seconds;
  }

  advance(seconds: number): void {
    this.seconds += seconds;
  }
}

function server({ clock = new SetClock(), publicUrl = ORIGIN, secrets = [SECRET], env = {} } = {}) {
  const config = AppConfig.load({ NODE_ENV: 'test', PUBLIC_URL: publicUrl, ...env });
  const nonces = new ProofNonces(new KeyRing(secrets), clock);
  return { clock, nonces, verifier: new ProofVerifier(config, clock, nonces) };
}

const request = (dpop: string | string[] | undefined, changes: Partial<ProvenRequest> = {}): ProvenRequest => ({
  headers: { dpop },
  method: 'POST',
  url: REFRESH,
  ...changes,
});

/** The code of the refusal, or the thumbprint. */
async function outcomeOf(verification: Promise<string>): Promise<string> {
  return verification.catch((error: { code: string }) => error.code);
}

describe('a proof of possession', () => {
  it.each(['ES256', 'EdDSA'] as const)('RB-04 is accepted when it is made with %s, and names its key', async (alg) => {
    const maker = new ProofMaker(alg, ORIGIN);
    const { verifier } = server();
    expect(await verifier.verify(request(maker.proof({ path: REFRESH })))).toBe(maker.thumbprint);
  });

  const maker = new ProofMaker('ES256', ORIGIN);
  const other = new ProofMaker('ES256', ORIGIN);
  const edwards = new ProofMaker('EdDSA', ORIGIN);
  const proofWith = (target: Partial<ProofTarget>) => maker.proof({ path: REFRESH, ...target });
  const [head, payload, signature] = proofWith({}).split('.') as [string, string, string];

  it.each<[string, string | string[] | undefined]>([
    ['is sent twice', [proofWith({}), proofWith({})]],
    ['is sent twice, joined by a proxy', `${proofWith({})}, ${proofWith({})}`],
    ['is empty', ''],
    ['is not a JWT', 'proof'],
    ['has four parts', `${head}.${payload}.${signature}.x`],
    ['is longer than any proof', proofWith({ claims: { padding: 'x'.repeat(4096) } })],
    ['has a header that is not JSON', `bm90.${payload}.${signature}`],
    ['has claims that are a list', `${head}.W10.${signature}`],
    ['has no typ', proofWith({ header: { typ: undefined } })],
    ['has the typ of an access token', proofWith({ header: { typ: 'at+jwt' } })],
    ['has no algorithm', proofWith({ header: { alg: 'none' } })],
    ['has a symmetric algorithm', proofWith({ header: { alg: 'HS256' } })],
    ['has an algorithm that is not allowed', proofWith({ header: { alg: 'ES384' } })],
    ['has an algorithm that does not fit its key', proofWith({ header: { alg: 'EdDSA' } })],
    ['has critical extensions', proofWith({ header: { crit: ['exp'], exp: 1 } })],
    ['has an unencoded payload', proofWith({ header: { b64: false, crit: ['b64'] } })],
    ['has no key', proofWith({ header: { jwk: undefined } })],
    ['names a key by id only', proofWith({ header: { jwk: undefined, kid: 'mine' } })],
    ['holds the private key', proofWith({ header: { jwk: maker.privateJwk } })],
    ['holds a symmetric key', proofWith({ header: { jwk: { kty: 'oct', k: 'c2VjcmV0' } } })],
    ['holds a point that is not on the curve', proofWith({ header: { jwk: { ...maker.jwk, x: maker.jwk.y } } })],
    ['is signed by another key than it holds', proofWith({ header: { jwk: other.jwk } })],
    ['has altered claims', `${head}.${proofWith({}).split('.')[1]}.${signature}`],
    ['has a signature of zeros', `${head}.${payload}.${Buffer.alloc(64).toString('base64url')}`],
    ['has no jti', proofWith({ claims: { jti: undefined } })],
    ['has an empty jti', proofWith({ claims: { jti: '' } })],
    ['has a jti of a kilobyte', proofWith({ claims: { jti: 'j'.repeat(1024) } })],
    ['has no htm', proofWith({ claims: { htm: undefined } })],
    ['is for another method', proofWith({ method: 'GET' })],
    ['is for the method in lower case', proofWith({ method: 'post' })],
    ['has no htu', proofWith({ claims: { htu: undefined } })],
    ['is for another path', proofWith({ path: '/api/auth/logout' })],
    ['is for a path below', proofWith({ path: `${REFRESH}/x` })],
    ['is for another host', proofWith({ path: `https://evil.example.com${REFRESH}` })],
    ['is for another port', proofWith({ path: `${ORIGIN}:8443${REFRESH}` })],
    ['is for plain HTTP', proofWith({ path: `http://accounts.example.com${REFRESH}` })],
    ['is for a path alone', proofWith({ claims: { htu: REFRESH } })],
    ['has no iat', proofWith({ claims: { iat: undefined } })],
    ['has an iat that is text', proofWith({ claims: { iat: String(Math.floor(Date.now() / 1000)) } })],
    ['has a nonce that is a number', proofWith({ claims: { nonce: 1 } })],
    ['is signed with EdDSA and holds a P-256 key', edwards.proof({ path: REFRESH, header: { jwk: maker.jwk } })],
  ])('RB-04 is refused when it %s', async (_, proof) => {
    expect(await outcomeOf(server().verifier.verify(request(proof)))).toBe('proof_invalid');
  });

  it('RB-04 is reported as missing where a request needs one', async () => {
    expect(await outcomeOf(server().verifier.verify(request(undefined)))).toBe('proof_required');
  });

  it('RB-04 works once on a server, also when its signature is encoded again', async () => {
    const { verifier } = server();
    const proof = maker.proof({ path: REFRESH, claims: { jti: 'one' } });
    await verifier.verify(request(proof));
    expect(await outcomeOf(verifier.verify(request(proof)))).toBe('proof_invalid');
    const again = maker.proof({ path: REFRESH, claims: { jti: 'one' } });
    expect(await outcomeOf(verifier.verify(request(again)))).toBe('proof_invalid');
    // Of simultaneous uses, one is accepted.
    const many = maker.proof({ path: REFRESH });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcomeOf(verifier.verify(request(many)))));
    expect(outcomes.filter((outcome) => outcome === maker.thumbprint)).toHaveLength(1);
  });

  it('RB-04 does not use up the jti of another key', async () => {
    const { verifier } = server();
    await verifier.verify(request(other.proof({ path: REFRESH, claims: { jti: 'shared' } })));
    await verifier.verify(request(maker.proof({ path: REFRESH, claims: { jti: 'shared' } })));
  });

  it('RB-04 may name the URL with a query, a default port or in another case', async () => {
    const { verifier } = server();
    for (const htu of [
      `${ORIGIN}${REFRESH}?x=1#y`,
      `${ORIGIN}:443${REFRESH}`,
      `HTTPS://Accounts.Example.com${REFRESH}`,
    ])
      await verifier.verify(request(maker.proof({ path: htu }), { url: `${REFRESH}?y=2` }));
  });

  it('RB-04 is compared with the path of a target that is a whole URL, and refused for an unreadable one', async () => {
    const { verifier } = server();
    await verifier.verify(request(maker.proof({ path: REFRESH }), { url: `http://evil.example${REFRESH}` }));
    for (const url of ['http://:x/', '//[', '*'])
      expect(await outcomeOf(verifier.verify(request(maker.proof({ path: REFRESH }), { url })))).toBe('proof_invalid');
  });

  it('RB-04 is for the path below PUBLIC_URL that the client sees, whatever the Host header is', async () => {
    const { verifier } = server({ publicUrl: `${ORIGIN}/accounts` });
    await verifier.verify(request(maker.proof({ path: `${ORIGIN}/accounts${REFRESH}` })));
    for (const path of [REFRESH, `https://evil.example/accounts${REFRESH}`]) {
      const headers = { dpop: maker.proof({ path }), host: 'evil.example' };
      expect(await outcomeOf(verifier.verify(request(undefined, { headers })))).toBe('proof_invalid');
    }
  });

  it('RB-04 may name another port of this computer in development, never in production', async () => {
    const path = `http://localhost:5173${REFRESH}`;
    await server().verifier.verify(request(maker.proof({ path })));
    const production = {
      ...{ NODE_ENV: 'production', SECRET, DATABASE_URL: 'postgres://db/m', SMTP_URL: 'smtps://mail.example.com' },
      MAIL_FROM: 'Example <no-reply@example.com>',
    };
    const { verifier } = server({ env: production });
    expect(await outcomeOf(verifier.verify(request(maker.proof({ path }))))).toBe('proof_invalid');
  });

  it('RB-07 names the access token that it is sent with', async () => {
    const { verifier } = server();
    const call = { method: 'GET', url: '/api/members/me' };
    const target = { method: 'GET', path: '/api/members/me' };
    const check = (proof: string) => outcomeOf(verifier.verify(request(proof, call), 'token-1'));
    expect(await check(maker.proof({ ...target, accessToken: 'token-1' }))).toBe(maker.thumbprint);
    expect(await check(maker.proof({ ...target, accessToken: 'token-2' }))).toBe('proof_invalid');
    expect(await check(maker.proof(target))).toBe('proof_invalid');
  });
});

describe('the time of a proof', () => {
  const maker = new ProofMaker('ES256', ORIGIN);
  const proofAt = (iat: number, nonce?: string) => request(maker.proof({ path: REFRESH, nonce, claims: { iat } }));

  it('RB-05 may be a minute off in either direction', async () => {
    const { clock, verifier } = server();
    for (const offset of [-59, 0, 59]) await verifier.verify(proofAt(clock.now() + offset));
    for (const offset of [-62, 62, -86_400, 86_400, -1e308])
      expect(await outcomeOf(verifier.verify(proofAt(clock.now() + offset)))).toBe('proof_stale');
  });

  it('RB-05 does not matter with the nonce of the refusal, on any replica, for at least a minute', async () => {
    const first = server();
    const refusal = await first.verifier.verify(proofAt(12)).catch((error: unknown) => error);
    const nonce = (refusal as { headers: Record<string, string> }).headers['dpop-nonce']!;
    const second = server({ clock: first.clock });
    await second.verifier.verify(proofAt(12, nonce));
    first.clock.advance(60);
    await second.verifier.verify(proofAt(13, nonce));
    first.clock.advance(120);
    expect(await outcomeOf(second.verifier.verify(proofAt(14, nonce)))).toBe('proof_stale');
  });

  it('RB-05 with a nonce and a time to come works once, and not again when its time has come', async () => {
    const { clock, verifier, nonces } = server();
    const proof = proofAt(clock.now() + 600, nonces.current());
    await verifier.verify(proof);
    clock.advance(600);
    const tenMinutesLater = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 600_000);
    expect(await outcomeOf(verifier.verify(proof))).toBe('proof_invalid');
    tenMinutesLater.mockRestore();
  });

  it('RB-05 is not replaced by a nonce of another service, and a right time needs none', async () => {
    const foreign = server({ secrets: ['another secret of more than thirty-two bytes'] }).nonces.current();
    const { clock, verifier } = server();
    expect(await outcomeOf(verifier.verify(proofAt(12, foreign)))).toBe('proof_stale');
    await verifier.verify(proofAt(clock.now(), foreign));
  });

  it('RB-05 a nonce of the secret before the rotation is still good', async () => {
    const before = server({ secrets: ['the previous secret with more than 32 bytes'] });
    const { verifier } = server({ secrets: [SECRET, 'the previous secret with more than 32 bytes'] });
    await verifier.verify(proofAt(12, before.nonces.current()));
  });
});

describe('the examples of RFC 9449', () => {
  const KEY =
    'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19';
  const TOKEN_REQUEST = `${KEY}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`;
  const RESOURCE_REQUEST = `${KEY}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`;
  const ACCESS_TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
  const THUMBPRINT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
  const call = { method: 'GET', url: '/protectedresource' };

  it('RB-04 the token request of sections 4.1 and 4.2 is accepted at its time and place, and nowhere else', async () => {
    const at = (publicUrl: string, seconds = 1_562_262_616) => server({ publicUrl, clock: new SetClock(seconds) });
    const token = request(TOKEN_REQUEST, { url: '/token' });
    const { verifier } = at('https://server.example.com');
    expect(await verifier.verify(token)).toBe(THUMBPRINT);
    expect(await outcomeOf(verifier.verify(token))).toBe('proof_invalid');
    expect(await outcomeOf(at(ORIGIN).verifier.verify(token))).toBe('proof_invalid');
    expect(await outcomeOf(at('https://server.example.com', 1_562_262_700).verifier.verify(token))).toBe('proof_stale');
  });

  it('RB-07 the protected resource request of section 7.1 is accepted with its access token alone', async () => {
    const { verifier } = server({ publicUrl: 'https://resource.example.org', clock: new SetClock(1_562_262_618) });
    const resource = request(RESOURCE_REQUEST, call);
    expect(await outcomeOf(verifier.verify(resource, `${ACCESS_TOKEN}x`))).toBe('proof_invalid');
    expect(await verifier.verify(resource, ACCESS_TOKEN)).toBe(THUMBPRINT);
  });
});
