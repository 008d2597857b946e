// @ts-check

/** Shows and changes the name, the language and attributes. */

import { fillAttributes, readChangedAttributes } from './attributes.js';
import { valueOf } from './form.js';
import { onLanguageChange } from './language.js';
import { find, localDay, text } from './page.js';
import { Panel } from './panel.js';
import { reportMember } from './passkey-signals.js';
import { call } from './session.js';

/**
 * @param {import('./account.js').Member} member
 * @param {(member: import('./account.js').Member) => void} onChanged
 * @returns the panel, and `show`, which shows the member after a change by another form
 */
export function offerProfile(member, onChanged) {
  const panel = new Panel('profile');
  let latest = member;
  const show = (/** @type {import('./account.js').Member} */ changed) => {
    latest = changed;
    showProfile(panel, latest);
  };
  show(member);
  onLanguageChange(() => show(latest));
  panel.onSubmit('profile', async () => {
    const name = valueOf('profile', 'name').trim();
    const changes = {
      name: name === '' ? null : name,
      locale: valueOf('profile', 'locale'),
      ...readChangedAttributes('profile'),
    };
    const changed = await call('PATCH', 'members/me', changes);
    onChanged(changed);
    show(changed);
    panel.finish('shown', text('profileSaved'));
  });
  return { panel, show };
}

/** @param {Panel} panel @param {import('./account.js').Member} member */
function showProfile(panel, { loginId, name, locale, createdAt, attributes = {} }) {
  reportMember({ loginId, name });
  const field = /** @type {HTMLInputElement} */ (find('#profile-name'));
  field.defaultValue = name ?? '';
  const choices = /** @type {NodeListOf<HTMLInputElement>} */ (panel.root.querySelectorAll('[name="locale"]'));
  for (const choice of choices) choice.defaultChecked = choice.value === locale;
  fillAttributes('profile', attributes);
  const chosen = panel.root.querySelector(`[name="locale"][value="${locale}"] + span`);
  const rows = panel.root.querySelectorAll('[data-fill^="attribute-"]');
  const shown = [...rows].map((row) => row.getAttribute('data-fill') ?? '');
  panel.fill({
    ...Object.fromEntries(shown.map((key) => [key, describe(attributes[key.slice('attribute-'.length)])])),
    loginId,
    name: name ?? text('noName'),
    mailLanguage: chosen?.textContent ?? locale,
    memberSince: localDay(createdAt),
  });
}

/** @param {unknown} value of an attribute @returns {string} */
function describe(value) {
  if (value === undefined) return text('noName');
  if (typeof value === 'boolean') return text(value ? 'yes' : 'no');
  if (Array.isArray(value)) return value.map((item) => describe(item)).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
