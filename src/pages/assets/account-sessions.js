// @ts-check

/** Lists the sessions of the member and ends them. */

import { onLanguageChange } from './language.js';
import { countryName, fill, find, shortTime, onAction, showGroup, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

/**
 * @typedef {{ id: string, deviceName: string | null, browser: string | null, os: string | null, ip:
 * string, country: string | null, lastUsedAt: string, current: boolean, bound: boolean }} Session
 */

export async function showSessions() {
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
    end.addEventListener('click', () =>
      panel.change(async () => {
        await call('DELETE', `auth/sessions/${encodeURIComponent(id)}`);
        await load();
        panel.showMessage(text('ended', { device }));
        find('h2', panel.root).focus(); // the focused button was removed with its list item
      }, load),
    );
    return item;
  }

  onAction('end-others', () =>
    panel.change(async () => {
      await call('DELETE', 'auth/sessions');
      await load();
      panel.showMessage(text('othersEnded'));
      find('h2', panel.root).focus();
    }, load),
  );
  onLanguageChange(() => void load());
  await load();
}
