// @ts-check

/** What is known of a member, and the ways in. */

import { shortTime, text } from '../page.js';
import { button, el, entry, facts } from './dom.js';
import { memberActions } from './member-actions.js';
import { memberBadges } from './member-badges.js';

/**
 * @typedef {import('./member-badges.js').Member & { secondFactors: ('totp' | 'passkey')[], sessionCount: number,
 * hasPassword: boolean, isWaiting: boolean, isSelf: boolean, attributes?: Record<string, unknown>, passkeys: { id:
 * string, name: string | null, provider: string | null, createdAt: string, lastUsedAt: string | null }[],
 * recoveryCodesLeft: number, identities: { id: string, provider: string, email: string | null }[] }} Details `isSelf`:
 * whether the member is the administrator who looks
 */

/** @param {Details} member @param {(message: string) => void} done gets the result of an action in words */
export function detailsOf(member, done) {
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
    ...waysInOf(member, done),
  ];
}

/** Names a mail language, for which the pages may have no text. @param {string} code */
function languageName(code) {
  return new Intl.DisplayNames(document.documentElement.lang, { type: 'language' }).of(code) ?? code;
}

/** @param {Details} member @param {(message: string) => void} done */
function waysInOf(member, done) {
  const { hasPassword, secondFactors, passkeys, recoveryCodesLeft, identities, sessionCount, isWaiting } = member;
  const can = memberActions(member.id, member.loginId, done);
  // Administrators change their own ways in on the account page; the server refuses it here.
  const isChangeable = !member.isSelf && member.status !== 'closed';

  /** @param {Details['passkeys'][number]} passkey */
  function passkeyEntry({ id, name, provider, createdAt, lastUsedAt }) {
    const title = name ?? text('unnamedPasskey');
    const used = lastUsedAt === null ? text('neverUsed') : text('lastUsed', { time: shortTime(lastUsedAt) });
    const { ask } = can.removePasskey(id, title);
    return entry({
      title: [title],
      about: [provider, text('addedOn', { time: shortTime(createdAt) }), used],
      buttons: [isChangeable && button(text('remove'), ask, { name: 'remove-passkey', about: title })],
    });
  }

  /** @param {Details['identities'][number]} identity */
  function identityEntry({ id, provider, email }) {
    const title = email === null ? provider : `${provider} (${email})`;
    const { ask } = can.unlink(id, title);
    return entry({
      title: [title],
      buttons: [isChangeable && button(text('unlink'), ask, { name: 'unlink', about: title })],
    });
  }

  const known = facts(
    [text('password'), text(hasPassword ? 'isSet' : 'isNone')],
    [text('app'), text(secondFactors.includes('totp') ? 'isSet' : 'isNone')],
    passkeys.length === 0 ? [text('passkeys'), text('isNone')] : null,
    [text('recoveryCodes'), String(recoveryCodesLeft)],
    [text('sessions'), String(sessionCount)],
    isWaiting ? [text('wait'), text('isWaiting')] : null,
  );
  return [
    known,
    ...listOf('passkeys', passkeys.map(passkeyEntry)),
    ...listOf('identities', identities.map(identityEntry)),
  ];
}

/** @param {string} name @param {HTMLElement[]} entries */
function listOf(name, entries) {
  return entries.length === 0 ? [] : [el('h3', {}, text(name)), el('ul', { class: 'entries' }, ...entries)];
}
