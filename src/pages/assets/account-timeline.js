// @ts-check

/** What happened to the account, newest first. */

import { fill, find, shortTime, onAction, showGroup, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

const PAGE_SIZE = 8;

/** @typedef {{ type: string, at: string, ip: string, userAgent: string, details: { newDevice?: boolean } }} Entry */

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
  function entry({ type, at, ip, userAgent, details }) {
    const item = panel.copy('event');
    item.tabIndex = -1;
    // A newer server may know events that have no words yet.
    const words = text(`event-${type}`) || type;
    const isNew = details.newDevice === true ? ` (${text('newDevice')})` : '';
    fill(item, { event: words + isNew, about: [shortTime(at), deviceIn(userAgent), ip].filter(Boolean).join(' · ') });
    return item;
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
