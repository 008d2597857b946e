// @ts-check

/** One member on one screen: what is known, and what an administrator can do. */

import { read, segment } from './admin-api.js';
import { Card } from './card.js';
import { diagnosisCard } from './diagnosis.js';
import { button, el } from './dom.js';
import { memberActions } from './member-actions.js';
import { detailsOf } from './member-details.js';
import { memberLists } from './member-lists.js';

/** @typedef {import('./member-details.js').Details} Details */

/** @param {URLSearchParams} params @param {() => void} onNamed */
export function open(params, onNamed) {
  const id = params.get('id') ?? '';
  const path = `members/${segment(id)}`;

  /** @type {Card<Details>} */
  const details = new Card('member', () => read(path), detailsOf);
  /** @type {Card<Details>} */
  const actions = new Card('actions', async () => /** @type {Details} */ (details.data), drawActions);
  // The answer concerns the login ID, which is known after the member has been read.
  const diagnosis = diagnosisCard(() => details.data?.loginId ?? '', { isOfMember: true, onChange: () => void load() });
  const others = [diagnosis, actions, ...memberLists(id, path)];

  /** Also after an action: it changes more than one card, because it leaves a mail and an event. */
  async function load() {
    await details.reload();
    onNamed();
    for (const card of others) card.root.hidden = details.data === undefined;
    if (details.data !== undefined) await Promise.all(others.map((card) => card.reload()));
  }

  /** @param {Details} member */
  function drawActions(member) {
    const can = memberActions(id, member.loginId, (message) => {
      actions.say(message);
      void load();
    });
    const isActive = member.status === 'active';
    const possible = [
      isActive && can.resetPassword(),
      isActive && can.resetCompromised(),
      member.sessionCount > 0 && can.endSessions(),
      member.isWaiting && can.unlock(),
      ...(isActive ? member.secondFactors.map((factor) => can.removeFactor(factor)) : []),
      isActive && (member.role === 'admin' ? can.makeMember() : can.makeAdmin()),
      isActive && can.disable(),
      member.status === 'disabled' && can.enable(),
    ].filter((action) => action !== false);
    return [el('div', { class: 'row' }, ...possible.map(({ name, label, ask }) => button(label, ask, { name })))];
  }

  return { title: () => details.data?.loginId ?? '', parts: [details, ...others], load };
}
