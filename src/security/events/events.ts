import type { MemberSnapshot } from '../../users/member-snapshots.repository.js';

/**
 * Every event that the product's own backend can receive, and its data. Events are named in the
 * past tense. No event holds a secret.
 */
const EVENTS = {
  'member.created': data<AboutMember>(),
  'member.updated': data<AboutMember & { fields: string[]; identity?: IdentityChange }>(),
  'member.email_changed': data<AboutMember>(),
  'member.login_id_changed': data<AboutMember>(),
  'member.disabled': data<AboutMember>(),
  'member.enabled': data<AboutMember>(),
  'member.closed': data<AboutMember>(),
  'member.restored': data<AboutMember>(),
  'member.erased': data(),
  'member.consent_given': data<{ document: string; version: string }>(),
  'member.consent_withdrawn': data<{ document: string; version: string }>(),
  'member.password_changed': data(),
  'member.second_factor_changed': data<{ change: string }>(),
  'session.started': data<{ sessionId: string; newDevice: boolean }>(),
  'session.ended': data<{ sessionId: string; reason: string }>(),
  'session.token_reused': data<{ sessionId: string }>(),
  'login.suspicious': data<{ sessionId: string | null; outcome: string; signals: string[] }>(),
};

export type Events = typeof EVENTS;
export type EventType = keyof Events;

export const EVENT_TYPES = Object.keys(EVENTS) as EventType[];

/** Data that describes the member after the change. */
interface AboutMember {
  member: MemberSnapshot;
}

/** An account at a provider that the member has linked or unlinked. Receivers do not get its subject. */
interface IdentityChange {
  provider: string;
  change: 'linked' | 'unlinked';
}

/** The events whose data describes the member. */
export type MemberEventType = { [T in EventType]: Events[T] extends AboutMember ? T : never }[EventType];

/** An event of which only the member is still to be described. */
export type NewEvent =
  | { [T in MemberEventType]: { type: T; data: Omit<Events[T], 'member'>; describesMember: true } }[MemberEventType]
  | {
      [T in Exclude<EventType, MemberEventType>]: { type: T; data: Events[T]; describesMember: false };
    }[Exclude<EventType, MemberEventType>];

/** A request for one delivery, so that the team sees whether its receiver works. It is no event. */
export const TEST_TYPE = 'webhook.test';

/** The version of all data. It increases when a field is removed or changes its meaning. */
const SCHEMA_VERSION = 1;

/** An event as receivers get it, by webhook and from the log. */
export interface EventBody {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly memberId: string | null;
  readonly data: Record<string, unknown>;
  readonly schemaVersion: number;
}

/** The columns of an event that receivers see. `id` is a number as text. */
export interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly memberId: string | null;
  readonly data: Record<string, unknown>;
}

/**
 * Of two events of one member, the later one has the greater id, also when ids are compared as
 * text. So a receiver can distinguish old events from new ones.
 */
export function eventBodyOf({ id, type, occurredAt, memberId, data }: EventRow): EventBody {
  return { id: publicEventId(id), type, occurredAt, memberId, data, schemaVersion: SCHEMA_VERSION };
}

/** A bigint has at most 19 digits. */
export const publicEventId = (id: string): string => `evt_${id.padStart(19, '0')}`;

/** Declares the data of an event. Only the type is used, never the value. */
function data<Data = Record<string, never>>(): Data {
  return {} as Data;
}
