import { describe, expect, it } from '@jest/globals';
import type { MailFate } from '../../mail/outbox/outbox-failures.repository.js';
import type { LastEvent } from '../../security/audit-log/last-events.repository.js';
import { memberFindings, type MemberFacts } from './member-findings.js';
import type { SignUpFacts } from './sign-up-findings.js';
import { strangerFindings, type StrangerFacts } from './stranger-findings.js';

const NOON = new Date('2026-11-22T12:00:00Z');
const LATER = new Date('2026-11-22T13:00:00Z');
const DAYS_LATER = new Date('2026-11-29T12:00:00Z');
const NO_FAILURES = { failures: 0, isWaiting: false, until: null, isEndless: false };

const MEMBER: MemberFacts = {
  member: {
    ...{
      id: '1',
      loginId: 'ada',
      email: 'ada@example.com',
      name: null,
      locale: 'en',
      role: 'member',
      status: 'active',
    },
    ...{ mustChangePassword: false, createdAt: NOON, closedAt: null, attributes: null, hasPassword: true },
  },
  ...{ erasedAt: null, isRestorable: false, passwords: NO_FAILURES, secondFactors: NO_FAILURES },
  waysIn: { secondFactors: [], passkeys: [], recoveryCodesLeft: 0, identities: [] },
  ...{ events: new Map(), lastMail: null, domainFailures: null },
};
const STRANGER: StrangerFacts = { claim: null, signUp: null, request: null, domainFailures: null };
const MAIL: MailFate = {
  ...{ id: '1', template: 'sign-up', status: 'pending', attempts: 1, createdAt: NOON, availableAt: LATER },
  ...{ lastError: null, isRetryable: false },
};

const codesOf = (facts: Partial<MemberFacts>) => memberFindings({ ...MEMBER, ...facts }).map(({ code }) => code);
const event = (type: LastEvent['type'], at: Date, details: object = {}): [LastEvent['type'], LastEvent] => [
  type,
  { type, at, actorId: null, details: details as LastEvent['details'] },
];

describe('the findings about a member', () => {
  it('AC-02 come with the most decisive first', () => {
    const waits = { failures: 12, isWaiting: true, until: LATER, isEndless: false };
    const member = { ...MEMBER.member, status: 'disabled' as const, mustChangePassword: true };
    expect(codesOf({ member, passwords: waits, lastMail: { ...MAIL, status: 'dead' } })).toEqual([
      ...['member_disabled', 'login_throttled', 'password_change_required', 'mail_failed'],
    ]);
  });

  it('AC-02 distinguish a wait without an end, which only a reset or an administrator ends', () => {
    const passwords = { failures: 200, isWaiting: true, until: null, isEndless: true };
    expect(memberFindings({ ...MEMBER, passwords })).toEqual([
      { code: 'login_locked', params: { failures: 200 }, action: 'unlock' },
    ]);
  });

  it('AC-02 leave out what a later login has overcome', () => {
    const wrong = event('login.failed', NOON, { reason: 'password' });
    expect(codesOf({ events: new Map([wrong, event('login.succeeded', LATER)]) })).toEqual(['no_obstacle']);
    expect(codesOf({ events: new Map([wrong]) })).toEqual(['password_wrong']);
    expect(codesOf({ events: new Map([event('login.failed', NOON, { reason: 'not_active' })]) })).toEqual([
      'no_obstacle',
    ]);
  });

  it('AC-02 name a login that stopped at new terms, until one succeeds', () => {
    const stopped = event('login.terms_required', NOON, { by: 'password' });
    expect(codesOf({ events: new Map([stopped]) })).toEqual(['terms_required']);
    expect(codesOf({ events: new Map([stopped, event('login.succeeded', LATER)]) })).toEqual(['no_obstacle']);
  });

  it('AC-02 name a mail that waits after a failure, not one that is being sent', () => {
    expect(codesOf({ lastMail: MAIL })).toEqual(['no_obstacle']);
    expect(codesOf({ lastMail: { ...MAIL, lastError: '451 try later' } })).toEqual(['mail_waiting']);
  });
});

describe('the findings about a person without an account', () => {
  const SIGN_UP: SignUpFacts = {
    signUp: { createdAt: NOON, mailedAt: NOON, expiresAt: DAYS_LATER, isExpired: false },
    isAddressTaken: false,
    challenge: { linkExpiresAt: LATER, isOpen: true },
    mail: { ...MAIL, status: 'sent' },
  };
  const findingOf = (facts: Partial<StrangerFacts>) => strangerFindings({ ...STRANGER, ...facts })[0]!;
  const signUpWith = (facts: Partial<SignUpFacts>) => findingOf({ signUp: { ...SIGN_UP, ...facts } });
  const rowWith = (row: Partial<SignUpFacts['signUp']>) => ({ signUp: { ...SIGN_UP.signUp, ...row } });

  it('AC-02 name the state of the sign-up', () => {
    expect(signUpWith({}).code).toBe('sign_up_unconfirmed');
    expect(signUpWith({ mail: MAIL })).toMatchObject({ code: 'sign_up_mail_waiting', until: LATER });
    expect(signUpWith(rowWith({ mailedAt: null })).code).toBe('sign_up_mail_withheld');
    expect(signUpWith({ ...rowWith({ isExpired: true }), mail: MAIL }).code).toBe('sign_up_expired');
  });

  it('AC-02 name when the mail of a sign-up was sent, and how long its link works', () => {
    expect(signUpWith(rowWith({ createdAt: new Date(0) }))).toMatchObject({ at: NOON, until: LATER });
    // A link ends with its sign-up.
    const challenge = { linkExpiresAt: DAYS_LATER, isOpen: true };
    expect(signUpWith({ ...rowWith({ expiresAt: LATER }), challenge })).toMatchObject({ until: LATER });
  });

  it('AC-02 say that a sign-up has run out once its link does not work, though a new mail could save it', () => {
    const challenge = { linkExpiresAt: LATER, isOpen: false };
    for (const facts of [{ challenge }, { challenge: null }, { challenge, mail: MAIL }])
      expect(signUpWith(facts)).toEqual({ code: 'sign_up_expired', at: NOON });
  });

  it('AC-02 say that a sign-up on the address of an account cannot be confirmed, whatever became of its mail', () => {
    for (const facts of [{}, { mail: null }, { mail: MAIL }, rowWith({ isExpired: true }), rowWith({ mailedAt: null })])
      expect(signUpWith({ ...facts, isAddressTaken: true })).toEqual({ code: 'sign_up_address_taken', at: NOON });
  });

  it('AC-02 say that the mail failed where it was dropped unsent, or went to the owner of an account that is gone', () => {
    const dropped = { ...MAIL, status: 'dropped' as const, lastError: 'a backup was restored' };
    expect(signUpWith({ mail: dropped, challenge: { linkExpiresAt: LATER, isOpen: false } })).toMatchObject({
      ...{ code: 'sign_up_mail_failed', until: DAYS_LATER, params: { error: 'a backup was restored' } },
    });
    expect(signUpWith({ mail: null })).toMatchObject({ code: 'sign_up_mail_failed', until: DAYS_LATER });
  });

  it('AC-02 say that a sign-up whose row is gone has expired only if its time is over', () => {
    const request = { at: NOON, isExpired: true };
    expect(findingOf({ request })).toEqual({ code: 'sign_up_expired', at: NOON });
    expect(findingOf({ request: { ...request, isExpired: false } })).toEqual({ code: 'no_account', at: NOON });
  });

  it('AC-02 offer to send a mail again only where its code still works', () => {
    const dead: MailFate = { ...MAIL, status: 'dead' };
    expect(signUpWith({ mail: dead }).action).toBeUndefined();
    expect(signUpWith({ mail: { ...dead, isRetryable: true } }).action).toBe('retry_mail');
  });
});
