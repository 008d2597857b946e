import type { MemberAttributes } from '../platform/attributes/member-attributes.js';

/** The part of an event of the audit log that is read here. */
export interface LoggedEvent {
  readonly type: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Removes the names of hidden attributes from the events that a member reads, and events in which no
 * other field changed (AT-01). The names are removed on reading, because an attribute may become hidden
 * after its change was recorded.
 */
export function withoutHiddenAttributes<Event extends LoggedEvent>(
  events: readonly Event[],
  attributes: MemberAttributes,
): Event[] {
  return events.flatMap((event) => {
    const { fields } = event.details;
    // An erasure empties the details.
    if (event.type !== 'profile.changed' || !Array.isArray(fields)) return [event];
    const shown = attributes.selectFieldsForMember(fields as string[]);
    return shown.length === 0 ? [] : [{ ...event, details: { ...event.details, fields: shown } }];
  });
}
