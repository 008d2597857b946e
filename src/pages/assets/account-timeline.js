// @ts-check

/** What happened to the account, newest first; and for what looked unusual, why, and what was done about it. */

import { countryName, fill, find, shortTime, onAction, showGroup, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

const PAGE_SIZE = 8;

/** @typedef {{ at: string, outcome: string, dryRun: boolean, signals: { signal: string }[] }} Judgement */
/** @typedef {{ type: string, at: string, byAdmin: boolean, ip: string, country: string | null, userAgent: string, details: { newDevice?: boolean, name?: string | null } & Partial<Judgement> }} Entry */

export async function showTimeline() {
  const panel = new Panel('timeline');
  const list = find('[data-list]', panel.root);
  let cursor = '';

  async function loadMore() {
    await panel.run(async () => {
      const query = `limit=${PAGE_SIZE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = await call('GET', `members/me/security-events?${query}`);
      const entries = /** @type {Entry[]} */ (page.items).map(entry);
      list.append(...entries);
      if (cursor !== '') entries[0]?.focus(); // goes on reading where the older ones begin
      cursor = page.nextCursor ?? '';
      showGroup('moreEvents', cursor !== '');
    });
  }

  /** @param {Entry} event */
  function entry({ type, at, byAdmin, ip, country, userAgent, details }) {
    const item = panel.copy('event');
    item.tabIndex = -1;
    // A newer server may know events that have no words yet.
    const words = text(`event-${type}`) || type;
    const isNew = details.newDevice === true ? ` (${text('newDevice')})` : '';
    const passkey = type.startsWith('passkey.') && details.name ? `: ${details.name}` : '';
    const origin = byAdmin ? [text('byAdmin')] : [deviceIn(userAgent), countryName(country), ip];
    fill(item, {
      event: words + isNew + passkey,
      about: [shortTime(at), ...origin].filter(Boolean).join(' · '),
    });
    // Taken out of the audit when an account is erased, so perhaps not there.
    if (type === 'risk.assessed' && details.signals) explain(item, /** @type {Judgement} */ (details));
    return item;
  }

  /** Says what was unusual, and what became of it. @param {HTMLElement} item @param {Judgement} judgement */
  function explain(item, { at, outcome, dryRun, signals }) {
    const reasons = signals.map(({ signal }) => {
      const reason = document.createElement('li');
      reason.textContent = text(`signal-${signal}`) || signal;
      return reason;
    });
    const list = find('[data-reasons]', item);
    list.append(...reasons);
    list.hidden = false;
    const where = at === 'refresh' || at === 'second-factor' ? at : 'login';
    fill(item, { outcome: dryRun ? text('watchedOnly') : text(`outcome-${where}-${outcome}`) });
  }

  onAction('more-events', loadMore);
  await loadMore();
}

/** Names of the browser and the system in a user agent; the order matters, because each also names its ancestors. */
const BROWSERS = {
  Edg: 'Edge',
  OPR: 'Opera',
  SamsungBrowser: 'Samsung Internet',
  Whale: 'Whale',
  Firefox: 'Firefox',
  Chrome: 'Chrome',
  Safari: 'Safari',
};
const SYSTEMS = {
  Android: 'Android',
  iPhone: 'iPhone',
  iPad: 'iPad',
  Windows: 'Windows',
  'Mac OS X': 'macOS',
  CrOS: 'ChromeOS',
  Linux: 'Linux',
};

/** @param {string} userAgent */
function deviceIn(userAgent) {
  const named = [BROWSERS, SYSTEMS].map(
    (names) => Object.entries(names).find(([mark]) => userAgent.includes(mark))?.[1],
  );
  return named.filter(Boolean).join(' / ');
}
