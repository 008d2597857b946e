// @ts-check

/**
 * Lists the documents that a member can agree to. Gives consents, and withdraws those that are not
 * required. `account.js` loads this module only where documents are declared.
 */

import { onLanguageChange } from './language.js';
import { fill, find, shortTime, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

/**
 * @typedef {object} Agreement
 * @property {string} id
 * @property {string} version
 * @property {string} title
 * @property {string | null} url
 * @property {boolean} required
 * @property {string} effectiveFrom
 * @property {boolean} given
 * @property {string | null} givenAt
 */

export async function offerConsents() {
  const panel = new Panel('agreements');
  const list = find('[data-list]', panel.root);

  async function load() {
    await panel.run(async () => {
      const { items } = /** @type {{ items: Agreement[] }} */ (await call('GET', 'members/me/consents'));
      list.replaceChildren(...items.map(listItem));
    });
  }

  /** @param {Agreement} agreement */
  function listItem(agreement) {
    const { title, url, required, given } = agreement;
    const item = panel.copyTemplate('agreement');
    fill(item, { title, about: about(agreement) });
    const link = /** @type {HTMLAnchorElement} */ (find('a', item));
    if (url === null) link.remove();
    else {
      link.href = url;
      link.setAttribute('aria-label', text('consentReadNamed', { title }));
    }
    const button = find('button', item);
    if (required && given) button.remove();
    else {
      button.textContent = text(given ? 'withdrawConsent' : 'giveConsent');
      button.setAttribute('aria-label', text(given ? 'withdrawConsentNamed' : 'giveConsentNamed', { title }));
      button.addEventListener('click', () => void change(agreement));
    }
    return item;
  }

  /** @param {Agreement} agreement */
  async function change({ id, version, title, given }) {
    await panel.change(async () => {
      if (given) await call('DELETE', `members/me/consents/${encodeURIComponent(id)}`);
      else await call('POST', 'members/me/consents', { consents: [{ id, version }] });
      await load();
      find('h2', panel.root).focus();
      panel.showMessage(text(given ? 'consentWithdrawn' : 'consentGiven', { title }));
    }, load);
  }

  onLanguageChange(() => void load());
  await load();
}

/** @param {Agreement} agreement */
function about({ required, effectiveFrom, given, givenAt }) {
  const kind = text(required ? 'consentRequired' : 'consentOptional');
  const state = given && givenAt !== null ? text('agreedOn', { time: shortTime(givenAt) }) : text('notAgreed');
  const isToCome = new Date(effectiveFrom) > new Date();
  return [kind, state, ...(isToCome ? [text('inForceFrom', { time: shortTime(effectiveFrom) })] : [])].join(' · ');
}
