// @ts-check

/** Finds a member, or answers why a person without an account cannot log in. */

import { shortTime, text } from '../page.js';
import { read } from './admin-api.js';
import { ListCard } from './card.js';
import { diagnosisCard } from './diagnosis.js';
import { entry } from './dom.js';
import { FilterForm } from './filter-form.js';
import { memberBadges } from './member-badges.js';
import { goTo, keep, linkTo, remembered } from './navigation.js';

/** @typedef {import('./member-badges.js').Member} Member */

const PAGE_SIZE = '20';
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function open() {
  const form = new FilterForm(
    [
      { name: 'query', label: 'find', hint: 'findHint' },
      { name: 'status', label: 'status', options: optionsOf('status', ['active', 'disabled', 'closed']) },
      { name: 'role', label: 'role', options: optionsOf('role', ['member', 'admin']) },
    ],
    remembered(),
    search,
    [{ label: 'whyNoLogin', action: diagnose }],
  );
  /** @type {ListCard<Member>} */
  const list = new ListCard(
    'members',
    (cursor) => read('members', { ...form.applied, cursor, limit: PAGE_SIZE }),
    memberEntry,
    'noMember',
  );
  /** Whom the button has asked about. Not what was remembered: each answer leaves a row in the audit log. */
  let asked = '';
  const diagnosis = diagnosisCard(() => asked);
  diagnosis.root.hidden = true;

  /** @param {Record<string, string>} values */
  function search(values) {
    keep(values);
    asked = '';
    diagnosis.root.hidden = true;
    if (ID.test(values.query ?? '')) goTo('member', { id: values.query ?? '' });
    else void list.reload();
  }

  function diagnose() {
    if (form.values().query === undefined) return form.focus();
    keep(form.take());
    asked = form.applied.query ?? '';
    diagnosis.root.hidden = false;
    diagnosis.say(''); // the result of an action for another person
    void list.reload();
    void diagnosis.reload().then(() => diagnosis.heading.focus());
  }

  return { parts: [form, diagnosis, list] };
}

/** @param {string} field @param {readonly string[]} values */
function optionsOf(field, values) {
  return values.map((value) => ({ value, label: `${field}-${value}` }));
}

/** @param {Member} member */
function memberEntry(member) {
  const { id, loginId, name, email, createdAt } = member;
  return entry({
    title: [linkTo('member', { id }, loginId), ...memberBadges(member)],
    about: [name, email, text('since', { time: shortTime(createdAt) })],
  });
}
