// @ts-check

/** One webhook: its settings, and the deliveries of events to it. */

import { shortTime, text } from '../page.js';
import { callWithReason, read, segment } from './admin-api.js';
import { Card, ListCard } from './card.js';
import { deliveryEntry } from './delivery-entry.js';
import { askFirst, showSecret } from './dialog.js';
import { button, el, facts } from './dom.js';
import { FilterForm } from './filter-form.js';
import { goTo } from './navigation.js';
import { editWebhook, webhookBadges } from './webhooks.js';

/** @typedef {import('./webhooks.js').Webhook} Webhook */

const STATES = ['pending', 'dead', 'sent'];

/** @param {URLSearchParams} params */
export function open(params) {
  const id = params.get('id') ?? '';
  const path = `webhooks/${segment(id)}`;

  /** @type {Card<Webhook>} */
  const settings = new Card('webhook', () => read(path), drawSettings);
  const options = STATES.map((value) => ({ value, label: `delivery-${value}` }));
  const filter = new FilterForm([{ name: 'status', label: 'state', options }], {}, () => void deliveries.reload());
  /** @type {ListCard<import('./delivery-entry.js').Delivery>} */
  const deliveries = new ListCard(
    'deliveries',
    (cursor) => read(`${path}/deliveries`, { ...filter.applied, cursor, limit: '20' }),
    (delivery) => deliveryEntry(delivery, path, done),
    'noDeliveries',
  );

  /** @param {Webhook} webhook */
  function drawSettings(webhook) {
    const { url, description, types, createdAt, failingSince, switchedOffAt, enabled } = webhook;
    const edit = () =>
      editWebhook(webhook, async (body, reason) => {
        await callWithReason('PATCH', path, body, reason);
        done(text('webhookSaved'));
      });
    return [
      el('p', { class: 'badges' }, ...webhookBadges(webhook)),
      facts(
        [text('url'), url],
        [text('description'), description],
        [text('eventTypes'), types.join(', ')],
        [text('createdAt'), shortTime(createdAt)],
        [text('failingSinceLabel'), failingSince && shortTime(failingSince)],
        [text('switchedOffAt'), switchedOffAt && shortTime(switchedOffAt)],
      ),
      el(
        'div',
        { class: 'row' },
        enabled && action('test', (reason) => callWithReason('POST', `${path}/test`, {}, reason)),
        button(text('changeWebhook'), edit, { name: 'edit' }),
        enabled
          ? action('turnOff', (reason) => callWithReason('PATCH', path, { enabled: false }, reason))
          : action('turnOn', (reason) => callWithReason('PATCH', path, { enabled: true }, reason)),
        button(text('newSecret'), replaceSecret),
        button(text('deleteWebhook'), remove, { name: 'delete', look: 'danger' }),
      ),
    ];
  }

  /** @param {'test' | 'turnOn' | 'turnOff'} name @param {(reason: string) => Promise<unknown>} send */
  function action(name, send) {
    const act = async (/** @type {string} */ reason) => {
      await send(reason);
      done(text(`${name}Done`));
    };
    const ask = () => askFirst({ title: text(name), effect: text(`${name}Effect`), act });
    return button(text(name), ask, { name });
  }

  function replaceSecret() {
    askFirst({
      title: text('newSecret'),
      effect: text('newSecretEffect'),
      act: async (reason) => {
        const { secret } = await callWithReason('POST', `${path}/rotate-secret`, {}, reason);
        done(text('newSecretDone'));
        return () => showSecret(text('yourWebhookSecret'), secret);
      },
    });
  }

  function remove() {
    askFirst({
      title: text('deleteWebhook'),
      effect: text('deleteWebhookEffect'),
      isDangerous: true,
      act: async (reason) => {
        await callWithReason('DELETE', path, undefined, reason);
        return () => goTo('webhooks');
      },
    });
  }

  /** @param {string} message */
  function done(message) {
    settings.say(message);
    void settings.reload();
    void deliveries.reload();
  }

  return { parts: [settings, filter, deliveries] };
}
