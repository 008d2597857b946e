// @ts-check

/** An entry of the security timeline, with the reasons of risk assessments and of administrators. */

import { countryName, itemOf, shortTime, text } from '../page.js';
import { el, entry } from './dom.js';

/**
 * @typedef {{ type: string, at: string, actorId: string | null, memberId: string | null, apiKeyId: string | null, ip:
 * string, userAgent: string, country?: string | null, browser: string | null, os: string | null, details: Record<string, any> }}
 * SecurityEvent
 */

/** Details that the list of plain ones leaves out: shown in words above it, or not at all. */
const LEFT_OUT = ['auditReason', 'signals', 'newDevice', 'what'];

/** @param {SecurityEvent} event */
export function eventEntry({ type, at, actorId, memberId, apiKeyId, ip, userAgent, country, browser, os, details }) {
  // Only commands of the operator are recorded with a user agent and without an address.
  const isByAdmin = (actorId !== null && actorId !== memberId) || (ip === '' && userAgent !== '');
  const byOther = apiKeyId !== null ? text('byApiKey') : isByAdmin ? text('byAdmin') : '';
  const origin = [browser, os, countryName(country ?? null), ip];
  const others = Object.entries(details).filter(([name, value]) => !LEFT_OUT.includes(name) && isShort(value));
  const signals = Array.isArray(details.signals) ? details.signals : [];
  return entry({
    title: [text(`event-${type}`) || type],
    about: [shortTime(at), byOther, ...origin],
    more: [
      details.auditReason && el('p', { class: 'soft' }, text('reasonWas', { reason: details.auditReason })),
      signals.length > 0 &&
        el('ul', { class: 'reasons' }, ...signals.map(({ signal }) => itemOf(text(`signal-${signal}`) || signal))),
      others.length > 0 &&
        el('p', { class: 'soft details' }, others.map(([name, value]) => `${name}: ${value}`).join(', ')),
    ],
  });
}

/** @param {unknown} value */
function isShort(value) {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
