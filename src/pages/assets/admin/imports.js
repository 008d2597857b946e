// @ts-check

/** The imports of accounts, by `munjigi import` or at a login. The console starts none. */

import { shortTime, text } from '../page.js';
import { read } from './admin-api.js';
import { Card } from './card.js';
import { badge, el, entry } from './dom.js';

/**
 * @typedef {{ items: { source: string, accounts: number, firstAt: string, lastAt: string }[], running: boolean,
 * unproven: number }} Imports
 */

export function open() {
  /** @type {Card<Imports>} */
  const card = new Card(
    'imports',
    () => read('imports'),
    ({ items, running, unproven }) => [
      running && el('p', {}, badge(text('importRuns'), 'good')),
      items.length === 0
        ? el('p', { class: 'soft' }, text('noImports'))
        : el('ul', { class: 'entries' }, ...items.map(sourceEntry)),
      unproven > 0 && el('p', {}, text('unprovenImports', { count: String(unproven) })),
    ],
  );
  return { parts: [card] };
}

/** @param {Imports['items'][number]} source */
function sourceEntry({ source, accounts, firstAt, lastAt }) {
  const times = { first: shortTime(firstAt), last: shortTime(lastAt) };
  return entry({
    title: [source],
    about: [text('importedAccounts', { count: String(accounts) }), text('importedFrom', times)],
  });
}
