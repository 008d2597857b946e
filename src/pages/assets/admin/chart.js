// @ts-check

/** A small plain chart: one column for each part of a period. Drawn here, so that no library is loaded. */

import { text } from '../page.js';
import { el } from './dom.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 300;
const HEIGHT = 64;

/**
 * @param {string} label
 * @param {readonly number[]} counts the oldest first
 * @param {(at: number) => string} timeOf returns the time of a part of the period
 * @returns {HTMLElement} with the total and the peak as text, because the drawing is hidden from screen readers
 */
export function chart(label, counts, timeOf) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = Math.max(0, ...counts);
  const peak = counts.indexOf(most);
  const summary =
    total === 0
      ? text('chartNone')
      : text('chartSummary', { total: format(total), most: format(most), time: timeOf(peak) });
  return el(
    'figure',
    {},
    el('figcaption', {}, el('span', {}, label), ' ', el('strong', {}, format(total))),
    total > 0 && drawingOf(counts, most, timeOf),
    el('p', { class: 'soft' }, summary),
  );
}

/** @param {readonly number[]} counts @param {number} most @param {(at: number) => string} timeOf */
function drawingOf(counts, most, timeOf) {
  const drawing = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true', class: 'chart' });
  const step = WIDTH / counts.length;
  drawing.append(
    svg('line', { x1: '0', y1: String(HEIGHT), x2: String(WIDTH), y2: String(HEIGHT), class: 'axis' }),
    ...counts.flatMap((count, at) => {
      if (count === 0) return [];
      const height = Math.max(2, (count / most) * (HEIGHT - 4)); // a single event stays visible beside many
      const column = svg('rect', {
        x: (at * step).toFixed(2),
        y: (HEIGHT - height).toFixed(2),
        width: Math.max(1, step - 1).toFixed(2),
        height: height.toFixed(2),
      });
      column.append(svg('title', {}, `${timeOf(at)}: ${format(count)}`));
      return [column];
    }),
  );
  return drawing;
}

/** @param {number} count */
function format(count) {
  return new Intl.NumberFormat(document.documentElement.lang).format(count);
}

/** @param {string} tag @param {Record<string, string>} attributes @param {string} [content] */
function svg(tag, attributes, content) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (content !== undefined) element.textContent = content;
  return element;
}
