import { expect, it } from '@jest/globals';
import { noticesOf } from './provider-notice.js';

const ISSUERS = ['https://accounts.example.com', 'https://accounts.example.com/'];
const read = (events: unknown, toe?: number) => noticesOf('acme', { iat: 1000, jti: 'j', events, toe }, ISSUERS);
const apple = (type: string) => ({ type, sub: 'ada', event_time: 1_611_765_847_700 });

it.each([
  ['consent-revoked', 'permission-revoked'],
  ['account-delete', 'account-deleted'],
  ['account-deleted', 'account-deleted'],
  ['email-disabled', 'mail-stopped'],
  ['email-enabled', 'mail-resumed'],
])('reads %s of Apple, as JSON text or as an object, with its time in milliseconds', (type, kind) => {
  const notice = { provider: 'acme', subject: 'ada', kind, occurredAt: 1_611_765_847 };
  expect(read(JSON.stringify(apple(type)))).toEqual([notice]);
  expect(read(apple(type))).toEqual([notice]);
});

const subject = { subject_type: 'iss-sub', iss: 'https://accounts.example.com/', sub: 'ada' };
const risc = (name: string, event: object = {}) => ({
  [`https://schemas.openid.net/secevent/risc/event-type/${name}`]: { subject, ...event },
});

it.each([
  [risc('account-purged'), 'account-deleted'],
  [risc('sessions-revoked'), 'account-compromised'],
  [risc('account-disabled', { reason: 'hijacking' }), 'account-compromised'],
  [{ 'https://schemas.openid.net/secevent/oauth/event-type/tokens-revoked': { subject } }, 'permission-revoked'],
])('reads the RISC event %j', (events, kind) => {
  expect(read(events)).toEqual([{ provider: 'acme', subject: 'ada', kind, occurredAt: 1000 }]);
  expect(read(events, 900)).toEqual([expect.objectContaining({ occurredAt: 900 })]);
});

it.each([
  ['of another kind', risc('account-enabled')],
  ['a lock for another reason', risc('account-disabled', { reason: 'bulk-account' })],
  ['of another vocabulary', { 'https://evil.example/account-purged': { subject } }],
  [
    'about an account of another issuer',
    risc('account-purged', { subject: { ...subject, iss: 'https://evil.example' } }),
  ],
  ['without a subject', risc('account-purged', { subject: { email: 'ada@example.com' } })],
  ['that verifies the route', { 'https://schemas.openid.net/secevent/risc/event-type/verification': { state: 's' } }],
  ['of Apple of another kind', apple('something-new')],
  ['that is missing', undefined],
])('SO-54 leaves out an event %s', (_, events) => {
  expect(read(events)).toEqual([]);
});
