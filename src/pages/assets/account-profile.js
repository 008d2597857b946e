// @ts-check

/** Shows and changes the name and the language. */

import { valueOf } from './form.js';
import { onLanguageChange } from './language.js';
import { find, localDay, text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';

/** @param {import('./account.js').Member} member */
export function offerProfile(member) {
  const panel = new Panel('profile');
  let latest = member;
  showProfile(panel, latest);
  onLanguageChange(() => showProfile(panel, latest));
  panel.onSubmit('profile', async () => {
    const name = valueOf('profile', 'name').trim();
    latest = await call('PATCH', 'members/me', {
      name: name === '' ? null : name,
      locale: valueOf('profile', 'locale'),
    });
    showProfile(panel, latest);
    panel.finish('shown', text('profileSaved'));
  });
}

/** @param {Panel} panel @param {import('./account.js').Member} member */
function showProfile(panel, { loginId, name, locale, createdAt }) {
  const field = /** @type {HTMLInputElement} */ (find('#profile-name'));
  field.defaultValue = name ?? '';
  const choices = /** @type {NodeListOf<HTMLInputElement>} */ (panel.root.querySelectorAll('[name="locale"]'));
  for (const choice of choices) choice.defaultChecked = choice.value === locale;
  const chosen = panel.root.querySelector(`[name="locale"][value="${locale}"] + span`);
  panel.fill({
    loginId,
    name: name ?? text('noName'),
    mailLanguage: chosen?.textContent ?? locale,
    memberSince: localDay(createdAt),
  });
}
