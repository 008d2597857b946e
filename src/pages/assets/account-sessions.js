// @ts-check

/** Lists the sessions of the member and ends them. Ending them needs a recent login (ASVS 7.5.2). */

import { formOf, valueOf } from './form.js';
import { onLanguageChange } from './language.js';
import { countryName, fill, find, shortTime, onAction, showGroup, text } from './page.js';
import { Panel } from './panel.js';
import { callRecently, isTooLongAgo } from './recent-login.js';
import { call } from './session.js';

/**
 * @typedef {{ id: string, deviceName: string | null, browser: string | null, os: string | null, ip:
 * string, country: string | null, lastUsedAt: string, current: boolean, bound: boolean }} Session
 */

/** @returns {() => Promise<void>} loads the list */
export function offerSessions() {
  const panel = new Panel('sessions');
  const list = find('[data-list]', panel.root);

  async function load() {
    await panel.run(async () => {
      const { items } = /** @type {{ items: Session[] }} */ (await call('GET', 'auth/sessions'));
      // The current session first: members look for it.
      items.sort((a, b) => Number(b.current) - Number(a.current));
      list.replaceChildren(...items.map(listItem));
      showGroup('otherSessions', items.length > 1);
    });
  }

  /** @param {Session} session */
  function listItem({ id, deviceName, browser, os, ip, country, lastUsedAt, current, bound }) {
    const item = panel.copyTemplate('session');
    const device = deviceName ?? ([browser, os].filter(Boolean).join(' · ') || text('unknownDevice'));
    const time = text('lastUsed', { time: shortTime(lastUsedAt) });
    const binding = bound ? text(current ? 'boundToThisDevice' : 'boundToItsDevice') : '';
    fill(item, { device, about: [time, countryName(country), ip, binding].filter(Boolean).join(' · ') });
    find('[data-current]', item).hidden = !current;
    const end = find('[data-end]', item);
    end.hidden = current; // the current session is ended by the log-out button at the top
    end.setAttribute('aria-label', text('endNamed', { device }));
    end.addEventListener('click', () => void endAtOnce(id, device));
    return item;
  }

  /**
   * Ends a session, or shows the form that confirms it first if the last login is too long ago.
   * @param {string} id empty for all other sessions
   * @param {string} device
   */
  async function endAtOnce(id, device) {
    await panel.change(async () => {
      try {
        await call('DELETE', operationOf(id));
        await showEnded(id, device);
      } catch (error) {
        if (!isTooLongAgo(error)) throw error;
        panel.choose('end', id, device);
        formOf('session-end').requestSubmit(); // asks for the password or for a new login
      }
    }, load);
  }

  /** @param {string} id @param {string} device */
  async function showEnded(id, device) {
    await load();
    panel.finish('shown', id === '' ? text('othersEnded') : text('ended', { device }));
  }

  onAction('end-others', () => endAtOnce('', text('endOthers')));
  panel.onSubmit('session-end', async () => {
    const id = valueOf('session-end', 'item');
    const device = find('[data-form="session-end"] [data-fill="chosen"]').textContent ?? '';
    await callRecently('session-end', 'DELETE', operationOf(id));
    await showEnded(id, device);
  });
  onLanguageChange(() => void load());
  return load;
}

/** @param {string} id empty for all other sessions */
function operationOf(id) {
  return id === '' ? 'auth/sessions' : `auth/sessions/${encodeURIComponent(id)}`;
}
