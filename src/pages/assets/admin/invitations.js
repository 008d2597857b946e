// @ts-check

/** People who were invited to sign up. */

import { readAttributes } from '../attributes.js';
import { valueOf } from '../form.js';
import { shortTime, text } from '../page.js';
import { callWithReason, read, segment } from './admin-api.js';
import { ListCard } from './card.js';
import { askFirst, dialogOf } from './dialog.js';
import { badge, button, entry } from './dom.js';
import { requiredText } from './fields.js';
import { linkTo } from './navigation.js';

/**
 * @typedef {{ id: string, email: string, role: 'member' | 'admin', status: 'open' | 'expired' | 'accepted' |
 * 'inviter_lost', mailedAt: string, expiresAt: string, acceptedAt: string | null, memberId: string | null }} Invitation
 */

export function open() {
  /** @type {ListCard<Invitation>} */
  const list = new ListCard(
    'invitations',
    (cursor) => read('invitations', { cursor, limit: '20' }),
    (invitation) => invitationEntry(invitation, done),
    'noInvitations',
  );
  list.offer('invite', () => {
    dialogOf('invitation').ask({
      title: text('invite'),
      effect: text('inviteEffect'),
      fields: { locale: document.documentElement.lang },
      act: async (reason) => {
        const email = requiredText('invitation', 'email', text('emailMissing'));
        const [role, locale] = [valueOf('invitation', 'role'), valueOf('invitation', 'locale')];
        const body = { email, role, locale, ...readAttributes('invitation') };
        await callWithReason('POST', 'invitations', body, reason);
        done(text('invited', { email }));
      },
    });
  });

  /** @param {string} message */
  function done(message) {
    list.say(message);
    void list.reload();
  }

  return { parts: [list] };
}

/** @param {Invitation} invitation @param {(message: string) => void} done */
function invitationEntry({ id, email, role, status, mailedAt, expiresAt, acceptedAt, memberId }, done) {
  const path = `invitations/${segment(id)}`;
  const mood = status === 'open' || status === 'accepted' ? 'good' : 'bad';

  /** @param {'sendAgain' | 'withdraw'} name @param {(reason: string) => Promise<unknown>} send */
  function action(name, send) {
    const act = async (/** @type {string} */ reason) => {
      await send(reason);
      done(text(`${name}Done`, { email }));
    };
    const question = {
      title: text(name),
      effect: text(`${name}Effect`, { email }),
      isDangerous: name === 'withdraw',
      act,
    };
    return button(text(name), () => askFirst(question), { name, about: email });
  }

  return entry({
    title: [email, badge(text(`invitation-${status}`), mood), role === 'admin' && badge(text('role-admin'))],
    about: [
      text('mailedOn', { time: shortTime(mailedAt) }),
      acceptedAt === null && text('expiresOn', { time: shortTime(expiresAt) }),
      acceptedAt && text('acceptedOn', { time: shortTime(acceptedAt) }),
    ],
    buttons: [
      memberId && linkTo('member', { id: memberId }, text('openMember')),
      status !== 'accepted' && action('sendAgain', (reason) => callWithReason('POST', `${path}/resend`, {}, reason)),
      status !== 'accepted' && action('withdraw', (reason) => callWithReason('DELETE', path, undefined, reason)),
    ],
  });
}
