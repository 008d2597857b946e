// @ts-check

/** The lists on the screen of a member. */

import { countryName, shortTime, text } from '../page.js';
import { read, segment } from './admin-api.js';
import { ListCard } from './card.js';
import { deliveryEntry } from './delivery-entry.js';
import { badge, button, entry } from './dom.js';
import { eventEntry } from './event-entry.js';
import { mailEntry } from './mail-entry.js';
import { memberActions } from './member-actions.js';

/** @typedef {import('./event-entry.js').SecurityEvent} SecurityEvent */
/**
 * @typedef {{ id: string, deviceName: string | null, browser: string | null, os: string | null, ip: string, country:
 * string | null, createdAt: string, lastUsedAt: string, bound: boolean }} Session
 */
/** @typedef {{ kind: string, at: string | null, until: string | null, attempts: number | null }} Challenge */

const PAGE_SIZE = '10';
/** Views that are further apart are shown as two. */
const REPEAT_MS = 60_000;

/**
 * @param {string} id of the member
 * @param {string} path of the member, below `admin/`
 * @param {() => string} loginId known after the member has been read
 * @param {() => void} onChange after what changes more than one card
 * @returns {ListCard<any>[]}
 */
export function memberLists(id, path, loginId, onChange) {
  /** @param {ListCard<any>} card */
  const reportIn = (card) => (/** @type {string} */ message) => {
    card.say(message);
    void card.reload();
  };

  /** @param {Session} session @param {ListCard<Session>} card */
  function sessionEntry({ id: sessionId, deviceName, browser, os, ip, country, createdAt, lastUsedAt, bound }, card) {
    const device = deviceName ?? ([browser, os].filter(Boolean).join(' · ') || text('unknownDevice'));
    const done = (/** @type {string} */ message) => {
      card.say(message);
      onChange();
    };
    const { ask } = memberActions(id, loginId(), done).endSession(sessionId, device);
    return entry({
      title: [device],
      about: [
        countryName(country),
        ip,
        text('lastUsed', { time: shortTime(lastUsedAt) }),
        text('loggedInSince', { time: shortTime(createdAt) }),
        bound && text('bound'),
      ],
      buttons: [button(text('endSession'), ask, { name: 'end-session', about: device })],
    });
  }

  return [
    new ListCard('challenges', () => read(`${path}/challenges`), challengeEntry),
    new ListCard('sessions', () => read(`${path}/sessions`), sessionEntry),
    new ListCard(
      'timeline',
      async (cursor) => withoutRepeats(await read('security-events', { memberId: id, cursor, limit: '20' })),
      eventEntry,
    ),
    new ListCard(
      'mails',
      (cursor) => read(`${path}/mails`, { cursor, limit: PAGE_SIZE }),
      (mail, card) => mailEntry({ ...mail, memberId: null }, reportIn(card)),
    ),
    new ListCard(
      'deliveries',
      (cursor) => read(`${path}/deliveries`, { cursor, limit: PAGE_SIZE }),
      (delivery, card) =>
        deliveryEntry({ ...delivery, memberId: null }, `webhooks/${segment(delivery.webhookId)}`, reportIn(card)),
    ),
  ];
}

/** @param {Challenge} challenge */
function challengeEntry({ kind, at, until, attempts }) {
  return entry({
    title: [text(`challenge-${kind}`) || kind, until === null && badge(text('noEnd'), 'bad')],
    about: [
      at && text('begunAt', { time: shortTime(at) }),
      until && text('endsAt', { time: shortTime(until) }),
      attempts !== null && attempts > 0 && text('attempts', { count: String(attempts) }),
    ],
  });
}

/**
 * Shows a series of views from one source once: this screen alone makes several.
 * @param {{ items: SecurityEvent[], nextCursor: string | null }} page
 */
function withoutRepeats({ items, nextCursor }) {
  /** @type {SecurityEvent[]} */
  const shown = [];
  for (const event of items) {
    const last = shown.at(-1);
    if (last === undefined || !isRepeat(event, last)) shown.push(event);
  }
  return { items: shown, nextCursor };
}

/**
 * An export is never a repeat: it takes all data, and the entry shows its reason. Commands of the
 * operator and API keys have no `actorId`, so `ip` and `apiKeyId` tell them apart.
 * @param {SecurityEvent} event
 * @param {SecurityEvent} last the entry that is shown above it
 */
function isRepeat(event, last) {
  return (
    event.type === 'member.viewed' &&
    event.type === last.type &&
    event.actorId === last.actorId &&
    event.apiKeyId === last.apiKeyId &&
    event.ip === last.ip &&
    Math.abs(Date.parse(event.at) - Date.parse(last.at)) <= REPEAT_MS &&
    event.details.what !== 'export' &&
    last.details.what !== 'export'
  );
}
