// @ts-check

/** The endpoints of the product that get events. */

import { valueOf } from '../form.js';
import { shortTime, text } from '../page.js';
import { callWithReason, read } from './admin-api.js';
import { ListCard } from './card.js';
import { chosen, requiredText } from './fields.js';
import { dialogOf, showSecret } from './dialog.js';
import { badge, entry } from './dom.js';
import { linkTo } from './navigation.js';

/**
 * @typedef {{ id: string, url: string, description: string | null, types: string[], enabled: boolean,
 * failingSince: string | null, switchedOffAt: string | null, createdAt: string }} Webhook
 */

export function open() {
  /** @type {ListCard<Webhook>} */
  const list = new ListCard('webhooks', () => read('webhooks'), webhookEntry, 'noWebhooks');
  list.offer('newWebhook', () =>
    editWebhook(null, async (body, reason) => {
      const { secret } = await callWithReason('POST', 'webhooks', body, reason);
      list.say(text('webhookMade'));
      void list.reload();
      return () => showSecret(text('yourWebhookSecret'), secret);
    }),
  );
  return { parts: [list] };
}

/**
 * Asks for the address and the events of a webhook.
 * @param {Webhook | null} webhook null for a new one
 * @param {(body: object, reason: string) => Promise<void | (() => void)>} save
 */
export function editWebhook(webhook, save) {
  const known = webhook && { url: webhook.url, description: webhook.description ?? '', types: webhook.types };
  dialogOf('webhook').ask({
    title: text(webhook === null ? 'newWebhook' : 'changeWebhook'),
    fields: known ?? {},
    act: async (reason) => {
      const url = requiredText('webhook', 'url', text('urlMissing'));
      const description = valueOf('webhook', 'description').trim();
      const described = description !== '' ? { description } : webhook === null ? {} : { description: null };
      return save({ url, types: chosen('webhook', 'types'), ...described }, reason);
    },
  });
}

/** @param {Webhook} webhook */
export function webhookBadges({ enabled, failingSince, switchedOffAt }) {
  // One that an administrator disabled is not failing, whatever it was before.
  const isFailing = switchedOffAt !== null || (enabled && failingSince !== null);
  return [
    badge(text(enabled ? 'webhookOn' : 'webhookOff'), enabled ? 'good' : 'plain'),
    isFailing && badge(text('failing'), 'bad'),
  ];
}

/** @param {Webhook} webhook */
function webhookEntry(webhook) {
  const { id, url, description, types, failingSince } = webhook;
  return entry({
    title: [linkTo('webhook', { id }, url), ...webhookBadges(webhook)],
    about: [description, types.join(', '), failingSince && text('failingSince', { time: shortTime(failingSince) })],
  });
}
