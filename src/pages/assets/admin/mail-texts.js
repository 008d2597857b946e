// @ts-check

/** Every mail with sample data, in each language, as members get it. */

import { find, text } from '../page.js';
import { Card } from './card.js';
import { el } from './dom.js';
import { FilterForm } from './filter-form.js';
import { keep, remembered } from './navigation.js';

const PARTS = ['html', 'text'];

export function open() {
  const { mailTemplates = '', mailLocales = '' } = find('[data-mail-templates]').dataset;
  const [templates, locales] = [listOf(mailTemplates), listOf(mailLocales)];
  const form = new FilterForm(
    [
      { name: 'template', label: 'mailTemplate', options: templates, isComplete: true, isLiteral: true },
      { name: 'locale', label: 'mailLocale', options: locales, isComplete: true, isLiteral: true },
    ],
    { template: templates[0]?.value ?? '', locale: document.documentElement.lang, ...remembered() },
    (values) => {
      keep(values);
      card.redraw();
    },
  );
  /** @type {Card<object>} */
  const card = new Card(
    'mail-texts',
    async () => ({}),
    () => [el('p', { class: 'soft' }, text('mailTextsAbout')), ...PARTS.map((part) => frameOf(form.values(), part))],
  );
  return { parts: [form, card] };
}

/** A frame that runs no script. @param {Record<string, string>} values @param {string} part */
function frameOf({ template, locale }, part) {
  const src = `admin/mails/${template}/${locale}/${part}`;
  return el('iframe', { class: 'mail', sandbox: '', title: text(`mailPart-${part}`), src });
}

/** @param {string} names @returns {{ value: string, label: string }[]} */
function listOf(names) {
  return names
    .trim()
    .split(' ')
    .map((name) => ({ value: name, label: name }));
}
