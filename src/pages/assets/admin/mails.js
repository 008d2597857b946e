// @ts-check

/** The mails of the outbox with their states, but never their contents. */

import { read } from './admin-api.js';
import { ListCard } from './card.js';
import { FilterForm } from './filter-form.js';
import { mailEntry } from './mail-entry.js';
import { keep, remembered } from './navigation.js';

const STATES = ['pending', 'dead', 'sent', 'dropped', 'withheld'];

export function open() {
  const options = STATES.map((value) => ({ value, label: `mail-${value}` }));
  const form = new FilterForm([{ name: 'status', label: 'state', options }], remembered(), (values) => {
    keep(values);
    void list.reload();
  });
  /** @type {ListCard<import('./mail-entry.js').Mail>} */
  const list = new ListCard(
    'mails',
    (cursor) => read('outbox', { ...form.applied, cursor, limit: '20' }),
    (mail) =>
      mailEntry(mail, (message) => {
        list.say(message);
        void list.reload();
      }),
    'noMails',
  );
  return { parts: [form, list] };
}
