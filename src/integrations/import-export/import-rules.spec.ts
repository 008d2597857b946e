import { describe, expect, it } from '@jest/globals';
import { AppConfig } from '../../platform/config/app-config.js';
import { KeyRing } from '../../platform/crypto/key-ring.js';
import type { ImportRow } from './import-row.js';
import { prepareRow } from './import-rules.js';
import { SecretValues } from './secret-values.js';

const RULES = {
  source: 'jsonl',
  defaultLocale: 'en',
  trustsAddresses: true,
  acceptHash: () => ({ refused: 'hash' }),
} as const;
const PASSKEY = {
  ...{ credentialId: 'AQID', publicKey: 'BAUG', signCount: 7, transports: ['internal'], name: 'Phone', aaguid: null },
  ...{ backupEligible: true, backedUp: false, userVerified: true, createdAt: '2026-01-02T03:04:05.000Z' },
};
const IDENTITY = { provider: 'kakao', subject: '4711', email: null, createdAt: '2026-01-02T03:04:05.000Z' };

const CONSENT = {
  ...{ id: 'terms', version: '2026-12', language: 'ko', sha256: 'a'.repeat(64), action: 'given' },
  ...{ at: '2026-01-02T03:04:05.000Z', ip: '198.18.0.1' },
};

function rowWith(passkey: object, identity: object, consent: object = {}): ImportRow {
  const own = { id: '6f1c2a52-9d3e-4b5a-8c7d-0e1f2a3b4c5d', role: 'member', closedAt: null, mustChangePassword: false };
  const lists = {
    recoveryHashes: [],
    passkeys: [{ ...PASSKEY, ...passkey }],
    identities: [{ ...IDENTITY, ...identity }],
    consents: [{ ...CONSENT, ...consent }],
  };
  return { email: 'ada@example.com', own: { ...own, ...lists } as ImportRow['own'] };
}

describe('a line of an export that was edited', () => {
  it.each([
    ...[{ credentialId: 12345 }, { publicKey: ['BAUG'] }, { publicKey: '' }, { signCount: '7' }],
    ...[{ transports: null }, { transports: [{}] }, { transports: ['\ud800'] }, { name: 7 }, { name: '\ud800' }],
    ...[{ aaguid: 7 }, { aaguid: ['6f1c2a52-9d3e-4b5a-8c7d-0e1f2a3b4c5d'] }, { createdAt: 'today' }],
    ...[{ backupEligible: null }, { backedUp: 'maybe' }, { userVerified: null }],
  ])('IM-15 is refused for a passkey that the table cannot hold: %j', (passkey) => {
    expect(prepareRow(rowWith(passkey, {}), RULES)).toBe('a passkey is not valid');
  });

  it.each([
    ...[{ provider: 'Kakao!' }, { provider: ['kakao'] }, { subject: '' }, { subject: 4711 }, { email: 7 }],
    ...[{ email: ['ada@example.com'] }, { createdAt: null }, { createdAt: 'today' }],
  ])('IM-15 is refused for an account at a provider that the table cannot hold: %j', (identity) => {
    expect(prepareRow(rowWith({}, identity), RULES)).toBe('an identity is not valid');
  });

  it.each([
    ...[
      { id: 7 },
      { id: '' },
      { version: null },
      { language: '\ud800' },
      { sha256: 'abc' },
      { sha256: ['a'.repeat(64)] },
    ],
    ...[{ action: 'agreed' }, { action: null }, { at: 'today' }, { at: undefined }, { ip: null }, { ip: '\u0000' }],
  ])('IM-15 is refused for a consent that the ledger cannot hold: %j', (consent) => {
    expect(prepareRow(rowWith({}, {}, consent), RULES)).toBe('a consent is not valid');
  });

  it('IM-15 keeps times that PostgreSQL does not read, in a form that it reads', () => {
    const prepared = prepareRow(rowWith({ createdAt: '2020' }, { createdAt: '1 January 2020 09:00 GMT+0900' }), RULES);
    if (typeof prepared === 'string') throw new Error(prepared);
    const config = AppConfig.load({ SECRET: 'any-thirty-two-bytes-will-do-here-0', NODE_ENV: 'test' });
    const staged = new SecretValues(new KeyRing(config.secrets)).stage(prepared)!;
    expect(JSON.parse(staged)).toMatchObject({
      passkeys: [{ createdAt: '2020-01-01T00:00:00.000Z', credentialId: '010203' }],
      identities: [{ createdAt: '2020-01-01T00:00:00.000Z', subject: '4711' }],
    });
  });
});
