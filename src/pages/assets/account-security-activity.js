// @ts-check

/**
 * Shows the security activity, newest first. For a risk assessment it shows the signals and the
 * outcome.
 */

import { onLanguageChange } from './language.js';
import { countryName, fill, find, itemOf, shortTime, onAction, showGroup, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

const PAGE_SIZE = 8;

/**
 * @typedef {{ at: string, outcome: string, dryRun: boolean, signals: { signal: string }[] }}
 * Assessment
 */
/**
 * @typedef {{ type: string, at: string, byAdmin: boolean, ip: string, country: string | null,
 * browser: string | null, os: string | null, details: { newDevice?: boolean, name?: string | null } & Partial<Assessment>
 * }} SecurityEvent
 */

export async function showSecurityActivity() {
  const panel = new Panel('security-activity');
  const list = find('[data-list]', panel.root);
  let cursor = '';

  async function loadMore() {
    await panel.run(async () => {
      const query = `limit=${PAGE_SIZE}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`;
      const page = await call('GET', `members/me/security-events?${query}`);
      const entries = /** @type {SecurityEvent[]} */ (page.items).map(listItem);
      list.append(...entries);
      if (cursor !== '') entries[0]?.focus(); // screen readers continue with the first older event
      cursor = page.nextCursor ?? '';
      showGroup('moreEvents', cursor !== '');
    });
  }

  /** @param {SecurityEvent} event */
  function listItem({ type, at, byAdmin, ip, country, browser, os, details }) {
    const item = panel.copyTemplate('event');
    item.tabIndex = -1;
    // During an upgrade the server may send an event type that this page has no text for.
    const title = text(`event-${type}`) || type;
    const newDevice = details.newDevice === true ? ` (${text('newDevice')})` : '';
    const passkey = type.startsWith('passkey.') && details.name ? `: ${details.name}` : '';
    const origin = byAdmin ? [text('byAdmin')] : [browser, os, countryName(country), ip];
    fill(item, {
      event: title + newDevice + passkey,
      about: [shortTime(at), ...origin].filter(Boolean).join(' · '),
    });
    // Erasing an account removes the signals from its events.
    if (type === 'risk.assessed' && details.signals) showAssessment(item, /** @type {Assessment} */ (details));
    return item;
  }

  /** @param {HTMLElement} item @param {Assessment} assessment */
  function showAssessment(item, { at, outcome, dryRun, signals }) {
    const reasons = signals.map(({ signal }) => itemOf(text(`signal-${signal}`) || signal));
    const list = find('[data-reasons]', item);
    list.append(...reasons);
    list.hidden = false;
    const moment = at === 'refresh' || at === 'second-factor' ? at : 'login';
    fill(item, { outcome: dryRun ? text('watchedOnly') : text(`outcome-${moment}-${outcome}`) });
  }

  onAction('more-events', loadMore);
  onLanguageChange(() => {
    list.replaceChildren();
    cursor = '';
    void loadMore();
  });
  await loadMore();
}
