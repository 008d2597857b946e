// @ts-check

/** An entry of a list of deliveries of events. */

import { shortTime, text } from '../page.js';
import { callWithReason, segment } from './admin-api.js';
import { askFirst } from './dialog.js';
import { badge, button, el, entry } from './dom.js';
import { linkTo } from './navigation.js';

/**
 * @typedef {{ id: string, eventId: string, type: string, status: string, attempts: number, memberId: string | null,
 * lastError: string | null, createdAt: string, availableAt: string, finishedAt:
 * string | null }} Delivery
 */

/**
 * @param {Delivery} delivery
 * @param {string} path of the webhook, below `admin/`
 * @param {(message: string) => void} done
 */
export function deliveryEntry(delivery, path, done) {
  const { id, type, status, attempts, memberId, lastError, createdAt, availableAt, finishedAt } = delivery;
  const mood = status === 'sent' ? 'good' : status === 'dead' ? 'bad' : 'plain';
  const retry = () =>
    askFirst({
      title: text('retryDelivery'),
      effect: text('retryDeliveryEffect'),
      act: async (reason) => {
        await callWithReason('POST', `${path}/deliveries/${segment(id)}/retry`, {}, reason);
        done(text('deliveryRetried'));
      },
    });
  return entry({
    title: [type, badge(text(`delivery-${status}`), mood)],
    about: [
      shortTime(createdAt),
      attempts > 0 && text('attempts', { count: String(attempts) }),
      status === 'pending' && attempts > 0 && text('nextAttempt', { time: shortTime(availableAt) }),
      finishedAt && text('finishedAt', { time: shortTime(finishedAt) }),
    ],
    more: [lastError && el('p', { class: 'soft' }, text('errorWas', { error: lastError }))],
    buttons: [
      memberId && linkTo('member', { id: memberId }, text('openMember')),
      status !== 'pending' && button(text('retryDelivery'), retry, { about: type }),
    ],
  });
}
