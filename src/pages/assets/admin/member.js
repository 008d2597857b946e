// @ts-check

/** One member on one screen: what is known, and what an administrator can do. */

import { text } from '../page.js';
import { read, readSelf, segment } from './admin-api.js';
import { Card } from './card.js';
import { diagnosisCard } from './diagnosis.js';
import { button, el } from './dom.js';
import { memberActions } from './member-actions.js';
import { detailsOf } from './member-details.js';
import { memberLists } from './member-lists.js';
import { memberRequests } from './member-requests.js';

/** @typedef {import('./member-details.js').Details} Details */

/** @param {URLSearchParams} params @param {() => void} onNamed */
export function open(params, onNamed) {
  const id = params.get('id') ?? '';
  const path = `members/${segment(id)}`;

  /** @type {Card<Details>} */
  const details = new Card('member', readDetails, (member, card) =>
    detailsOf(member, (message) => {
      card.say(message);
      void load();
    }),
  );
  /** @type {Card<Details>} */
  const actions = new Card('actions', async () => /** @type {Details} */ (details.data), drawActions);
  const loginId = () => details.data?.loginId ?? '';
  // The answer concerns the login ID, which is known after the member has been read.
  const diagnosis = diagnosisCard(loginId, { isOfMember: true, onChange: () => void load() });
  const others = [diagnosis, actions, ...memberLists(id, path, loginId, () => void load())];

  async function readDetails() {
    const [member, self] = await Promise.all([read(path), readSelf()]);
    return { ...member, isSelf: member.id === self.id };
  }

  /** Also after an action: it changes more than one card, because it leaves a mail and an event. */
  async function load() {
    await details.reload();
    onNamed();
    for (const card of others) card.root.hidden = details.data === undefined;
    if (details.data !== undefined) await Promise.all(others.map((card) => card.reload()));
  }

  /** @param {string} message */
  function done(message) {
    actions.say(message);
    void load();
  }

  /** @param {Details} member */
  function drawActions(member) {
    const can = memberActions(id, member.loginId, done);
    const isActive = member.status === 'active';
    // An administrator removes the own factors in the account page.
    const mayLoseFactor = !member.isSelf && member.status !== 'closed';
    const possible = [
      isActive && can.resetPassword(),
      isActive && can.resetCompromised(),
      member.sessionCount > 0 && can.endSessions(),
      member.isWaiting && can.unlock(),
      ...(mayLoseFactor ? member.secondFactors.map((factor) => can.removeFactor(factor)) : []),
      isActive && (member.role === 'admin' ? can.makeMember() : can.makeAdmin()),
      isActive && can.disable(),
      member.status === 'disabled' && can.enable(),
    ].filter((action) => action !== false);
    return [
      possible.length > 0 && buttonsOf(possible),
      el('h3', {}, text('onRequest')),
      el('p', { class: 'soft' }, text('onRequestHint')),
      buttonsOf(memberRequests(member, done)),
    ];
  }

  return { title: loginId, parts: [details, ...others], load };
}

/** @param {import('./member-actions.js').Action[]} actions */
function buttonsOf(actions) {
  return el('div', { class: 'row' }, ...actions.map(({ name, label, ask }) => button(label, ask, { name })));
}
