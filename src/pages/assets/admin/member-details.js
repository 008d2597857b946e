// @ts-check

/** What is known of a member, and the ways in. */

import { shortTime, text } from '../page.js';
import { el, facts } from './dom.js';
import { memberBadges } from './member-badges.js';

/**
 * @typedef {import('./member-badges.js').Member & { secondFactors: ('totp' | 'passkey')[], sessionCount: number,
 * hasPassword: boolean, isWaiting: boolean, attributes?: Record<string, unknown>, passkeys: { name: string | null,
 * provider: string | null, createdAt: string, lastUsedAt: string | null }[], recoveryCodesLeft: number, identities: {
 * provider: string, email: string | null }[] }} Details
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
      [text('mailLanguage'), languageName(locale)],
      [text('id'), el('code', {}, id)],
      ...Object.entries(attributes).map(([key, value]) => /** @type {const} */ ([key, JSON.stringify(value)])),
    ),
    el('h3', {}, text('waysIn')),
    waysInOf(member),
  ];
}

/** Mails may have more languages than the pages. @param {string} code */
function languageName(code) {
  return new Intl.DisplayNames(document.documentElement.lang, { type: 'language' }).of(code) ?? code;
}

/** @param {Details} member */
function waysInOf({ hasPassword, secondFactors, passkeys, recoveryCodesLeft, identities, sessionCount, isWaiting }) {
  return facts(
    [text('password'), text(hasPassword ? 'isSet' : 'isNone')],
    [text('app'), text(secondFactors.includes('totp') ? 'isSet' : 'isNone')],
    [text('passkeys'), passkeys.map(passkeyText).join('; ') || text('isNone')],
    [text('recoveryCodes'), String(recoveryCodesLeft)],
    [text('identities'), identities.map(identityText).join('; ')],
    [text('sessions'), String(sessionCount)],
    isWaiting ? [text('wait'), text('isWaiting')] : null,
  );
}

/** @param {Details['passkeys'][number]} passkey */
function passkeyText({ name, provider, createdAt, lastUsedAt }) {
  const used = lastUsedAt === null ? text('neverUsed') : text('lastUsed', { time: shortTime(lastUsedAt) });
  const known = [provider, text('addedOn', { time: shortTime(createdAt) }), used].filter(Boolean).join(', ');
  return `${name ?? text('unnamedPasskey')} (${known})`;
}

/** @param {Details['identities'][number]} identity */
function identityText({ provider, email }) {
  return email === null ? provider : `${provider} (${email})`;
}
