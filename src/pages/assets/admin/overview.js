// @ts-check

/** Recent activity and the queues, so that an unusual rise is seen at a glance. */

import { duration, shortTime, text } from '../page.js';
import { read } from './admin-api.js';
import { Card } from './card.js';
import { chart } from './chart.js';
import { el, facts } from './dom.js';
import { FilterForm } from './filter-form.js';
import { keep, linkTo, remembered } from './navigation.js';

/** @typedef {{ due: number, waiting: number, dead: number, oldestSeconds: number }} Queue */
/**
 * @typedef {{ period: string, from: string, bucketSeconds: number, series: { name: string, counts: number[] }[],
 * queues: { mails: Queue, deliveries: Queue }, failingWebhooks: number }} Overview
 */

const PERIODS = ['hour', 'day', 'month'];

export function open() {
  const options = PERIODS.map((value) => ({ value, label: `period-${value}` }));
  const field = { name: 'period', label: 'period', options, isComplete: true };
  const form = new FilterForm([field], { period: 'hour', ...remembered() }, (values) => {
    keep(values);
    void card.reload();
  });
  /** @type {Card<Overview>} */
  const card = new Card('overview', () => read('overview', form.values()), draw);
  return { parts: [form, card] };
}

/** @param {Overview} overview */
function draw(overview) {
  return [queuesOf(overview), chartsOf(overview)];
}

/** @param {Overview} overview */
function chartsOf({ from, bucketSeconds, series }) {
  const start = Date.parse(from);
  const timeOf = (/** @type {number} */ at) => shortTime(new Date(start + at * bucketSeconds * 1000).toISOString());
  const charts = series.map(({ name, counts }) => chart(text(`series-${name}`) || name, counts, timeOf));
  return el('div', { class: 'charts' }, ...charts);
}

/** @param {Overview} overview */
function queuesOf({ queues, failingWebhooks }) {
  const failing = text('failingWebhooks', { count: String(failingWebhooks) });
  return facts(
    [text('view-mails'), queueText(queues.mails)],
    [text('card-deliveries'), queueText(queues.deliveries)],
    [text('view-webhooks'), failingWebhooks > 0 ? linkTo('webhooks', {}, failing) : failing],
  );
}

/** @param {Queue} queue */
function queueText({ due, waiting, dead, oldestSeconds }) {
  const counts = text('queueCounts', { due: String(due), waiting: String(waiting), dead: String(dead) });
  return oldestSeconds > 0 ? `${counts} ${text('queueOldest', { time: duration(oldestSeconds) })}` : counts;
}
