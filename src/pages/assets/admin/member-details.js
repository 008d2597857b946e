// @ts-check

/** What is known of a member, and the ways in. */

import { shortTime, text } from '../page.js';
import { el, facts } from './dom.js';
import { memberBadges } from './member-badges.js';

/**
 * @typedef {import('./member-badges.js').Member & { secondFactors: ('totp' | 'passkey')[], sessionCount: number,
 * hasPassword: boolean, isWaiting: boolean, attributes?: Record<string, unknown>, passkeys?: { name: string | null,
 * createdAt: string, lastUsedAt: string | null }[], recoveryCodesLeft?: number, identities?: { provider: string,
 * linkedAt?: string, createdAt?: string }[] }} Details
 */

/** @param {Details} member */
export function detailsOf(member) {
  const { id, loginId, email, name, locale, createdAt, closedAt, attributes = {} } = member;
  return [
    el('p', { class: 'badges' }, ...memberBadges(member)),
    facts(
      [text('name'), name],
      [text('email'), email],
      [text('loginId'), loginId],
      [text('memberSince'), shortTime(createdAt)],
      [text('closedAt'), closedAt && shortTime(closedAt)],
      [text('mailLanguage'), text(`language-${locale}`)],
      [text('id'), el('code', {}, id)],
      ...Object.entries(attributes).map(([key, value]) => /** @type {const} */ ([key, JSON.stringify(value)])),
    ),
    el('h3', {}, text('waysIn')),
    waysInOf(member),
  ];
}

/** @param {Details} member */
function waysInOf({ hasPassword, secondFactors, passkeys, recoveryCodesLeft, identities, sessionCount, isWaiting }) {
  return facts(
    [text('password'), text(hasPassword ? 'isSet' : 'isNone')],
    [text('app'), text(secondFactors.includes('totp') ? 'isSet' : 'isNone')],
    [
      text('passkeys'),
      passkeys?.map(passkeyText).join('; ') || text(secondFactors.includes('passkey') ? 'isSet' : 'isNone'),
    ],
    [text('recoveryCodes'), recoveryCodesLeft === undefined ? null : String(recoveryCodesLeft)],
    [text('identities'), identities?.map(({ provider }) => provider).join(', ')],
    [text('sessions'), String(sessionCount)],
    isWaiting ? [text('wait'), text('isWaiting')] : null,
  );
}

/** @param {NonNullable<Details['passkeys']>[number]} passkey */
function passkeyText({ name, createdAt, lastUsedAt }) {
  const used = lastUsedAt === null ? text('neverUsed') : text('lastUsed', { time: shortTime(lastUsedAt) });
  return `${name ?? text('unnamedPasskey')} (${text('addedOn', { time: shortTime(createdAt) })}, ${used})`;
}
