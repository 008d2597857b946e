import type { MemberEventType, NewEvent, Events } from '../events/events.js';
import type { EventSubject } from './audit-log.service.js';
import type { SecurityEvents, SecurityEventType } from './security-events.js';

type Derivation<T extends SecurityEventType> = (details: SecurityEvents[T], subject: EventSubject) => NewEvent | null;

/**
 * Which event follows from which security event. Security events are the audit log of this service;
 * events are what the product's own backend needs to know. One table derives one from the other, so
 * that no journey can forget to write both (ADR 0037).
 */
const DERIVATIONS: { readonly [T in SecurityEventType]?: Derivation<T> } = {
  'sign-up.confirmed': () => aboutMember('member.created', {}),
  'member.imported': () => aboutMember('member.created', {}),
  'admin.created': () => aboutMember('member.created', {}),
  'login-id.chosen': () => aboutMember('member.login_id_changed', {}),
  'profile.changed': ({ fields }) => aboutMember('member.updated', { fields }),
  'member.role_changed': () => aboutMember('member.updated', { fields: ['role'] }),
  'identity.linked': ({ provider }) => identityChanged({ provider, change: 'linked' }),
  'identity.unlinked': ({ provider }) => identityChanged({ provider, change: 'unlinked' }),
  'email.changed': () => aboutMember('member.email_changed', {}),
  'email.change_undone': () => aboutMember('member.email_changed', {}),
  'member.disabled': () => aboutMember('member.disabled', {}),
  'member.enabled': () => aboutMember('member.enabled', {}),
  'account.closed': () => aboutMember('member.closed', {}),
  'account.restored': () => aboutMember('member.restored', {}),
  'consent.given': (consent) => ({ type: 'member.consent_given', data: consent, describesMember: false }),
  'consent.withdrawn': (consent) => ({ type: 'member.consent_withdrawn', data: consent, describesMember: false }),
  'password.changed': passwordChanged,
  'password.reset': passwordChanged,
  'two-factor.enabled': () => factorChanged('app-added'),
  'two-factor.disabled': () => factorChanged('app-removed'),
  'two-factor.recovery_codes_replaced': () => factorChanged('recovery-codes-replaced'),
  'two-factor.recovery_codes_removed': () => factorChanged('recovery-codes-removed'),
  'passkey.registered': () => factorChanged('passkey-added'),
  'passkey.removed': () => factorChanged('passkey-removed'),
  'two-factor.removed_by_admin': ({ factor }) => factorChanged(factor === 'totp' ? 'app-removed' : 'passkey-removed'),
  'login.succeeded': ({ newDevice }, { sessionId }) => ({
    type: 'session.started',
    data: { sessionId: sessionId!, newDevice },
    describesMember: false,
  }),
  'session.ended': ({ reason }, { sessionId }) => ({
    type: 'session.ended',
    data: { sessionId: sessionId!, reason },
    describesMember: false,
  }),
  'session.reuse_detected': (_details, { sessionId }) => ({
    type: 'session.token_reused',
    data: { sessionId: sessionId! },
    describesMember: false,
  }),
  'risk.assessed': ({ outcome, signals, dryRun }, { sessionId }) => {
    // In a dry run the operator tries out rules; their results are for the operator alone.
    if (dryRun) return null;
    const names = signals.map(({ signal }) => signal);
    return {
      type: 'login.suspicious',
      data: { sessionId: sessionId ?? null, outcome, signals: names },
      describesMember: false,
    };
  },
};

/** Whether any event can follow from this security event. */
export const hasDerivedEvent = (type: SecurityEventType): boolean => type in DERIVATIONS;

/** @returns the event that follows, or null */
export function derivedEvent<T extends SecurityEventType>(
  type: T,
  details: SecurityEvents[T],
  subject: EventSubject,
): NewEvent | null {
  const derive: Derivation<T> | undefined = DERIVATIONS[type];
  return derive?.(details, subject) ?? null;
}

function aboutMember<T extends MemberEventType>(type: T, data: Omit<Events[T], 'member'>): NewEvent {
  return { type, data, describesMember: true } as NewEvent;
}

function passwordChanged(): NewEvent {
  return { type: 'member.password_changed', data: {}, describesMember: false };
}

function identityChanged(identity: NonNullable<Events['member.updated']['identity']>): NewEvent {
  return aboutMember('member.updated', { fields: ['identities'], identity });
}

function factorChanged(change: string): NewEvent {
  return { type: 'member.second_factor_changed', data: { change }, describesMember: false };
}
