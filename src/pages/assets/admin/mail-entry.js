// @ts-check

/** An entry of a list of mails. */

import { shortTime, text } from '../page.js';
import { badge, button, el, entry } from './dom.js';
import { retryMail } from './member-actions.js';
import { linkTo } from './navigation.js';

/**
 * @typedef {{ id: string, status: string, to?: string | null, memberId?: string | null, attempts: number, template:
 * string, lastError?: string | null, createdAt: string, availableAt?: string, finishedAt?: string | null }} Mail
 */

/** @param {Mail} mail @param {(message: string) => void} done */
export function mailEntry({ id, status, to, memberId, attempts, template, lastError, ...times }, done) {
  const waits = status === 'pending' && attempts > 0 && times.availableAt;
  return entry({
    title: [template, badge(text(`mail-${status}`), mood(status))],
    about: [
      to,
      shortTime(times.createdAt),
      attempts > 0 && text('attempts', { count: String(attempts) }),
      waits && text('nextAttempt', { time: shortTime(waits) }),
      times.finishedAt && text('finishedAt', { time: shortTime(times.finishedAt) }),
    ],
    more: [lastError && el('p', { class: 'soft' }, text('errorWas', { error: lastError }))],
    buttons: [
      memberId && linkTo('member', { id: memberId }, text('openMember')),
      status === 'dead' && button(text('retryMail'), () => retryMail(id, done), { about: template }),
    ],
  });
}

/** @param {string} status */
function mood(status) {
  return status === 'sent' ? 'good' : status === 'dead' ? 'bad' : 'plain';
}
