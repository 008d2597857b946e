// @ts-check

/** What an administrator can do for a member. Each action asks for a reason and reports its result. */

import { text } from '../page.js';
import { callWithReason, segment } from './admin-api.js';
import { askFirst } from './dialog.js';

/** A button that asks first. @typedef {{ name: string, label: string, ask: () => void }} Action */

/**
 * @param {string} id
 * @param {string} loginId
 * @param {(message: string) => void} done gets the result in words
 */
export function memberActions(id, loginId, done) {
  const path = `members/${segment(id)}`;
  const member = { member: loginId };

  /**
   * @param {string} name of the action, and of its texts
   * @param {(reason: string) => Promise<unknown>} send
   * @param {boolean} [isDangerous]
   * @param {Record<string, string>} [what] names the one thing that it concerns
   * @returns {Action}
   */
  function action(name, send, isDangerous = false, what = {}) {
    const values = { ...member, ...what };
    const label = text(`do-${name}`, values);
    const effect = text(`effect-${name}`, values);
    const act = async (/** @type {string} */ reason) => {
      await send(reason);
      done(text(`done-${name}`, values));
    };
    return { name, label, ask: () => askFirst({ title: label, effect, isDangerous, act }) };
  }

  /** @param {string} what of the member @returns {(reason: string) => Promise<unknown>} */
  const remove = (what) => (reason) => callWithReason('DELETE', `${path}/${what}`, undefined, reason);

  return {
    resetPassword: () =>
      action('reset', (reason) => callWithReason('POST', `${path}/password-reset`, { reason: 'precaution' }, reason)),
    resetCompromised: () =>
      action(
        'reset-stolen',
        (reason) => callWithReason('POST', `${path}/password-reset`, { reason: 'compromised' }, reason),
        true,
      ),
    endSessions: () => action('end-sessions', remove('sessions')),
    unlock: () => action('unlock', (reason) => callWithReason('POST', `${path}/unlock`, {}, reason)),
    enable: () => action('enable', (reason) => callWithReason('PATCH', path, { status: 'active' }, reason)),
    disable: () => action('disable', (reason) => callWithReason('PATCH', path, { status: 'disabled' }, reason), true),
    makeAdmin: () => action('make-admin', (reason) => callWithReason('PATCH', path, { role: 'admin' }, reason), true),
    makeMember: () => action('make-member', (reason) => callWithReason('PATCH', path, { role: 'member' }, reason)),
    /** @param {'totp' | 'passkey'} factor */
    removeFactor: (factor) =>
      factor === 'totp'
        ? action('remove-app', remove('totp'), true)
        : action('remove-passkeys', remove('passkeys'), true),
    /** @param {string} passkeyId @param {string} passkey its name */
    removePasskey: (passkeyId, passkey) =>
      action('remove-passkey', remove(`passkeys/${segment(passkeyId)}`), true, { passkey }),
    /** @param {string} identityId @param {string} account its name */
    unlink: (identityId, account) => action('unlink', remove(`identities/${segment(identityId)}`), true, { account }),
    /** @param {string} sessionId @param {string} device its name */
    endSession: (sessionId, device) =>
      action('end-session', remove(`sessions/${segment(sessionId)}`), false, { device }),
  };
}

/** Sends a mail again that was given up. @param {string} id @param {(message: string) => void} done */
export function retryMail(id, done) {
  askFirst({
    title: text('retryMail'),
    effect: text('retryMailEffect'),
    act: async (reason) => {
      await callWithReason('POST', `outbox/${segment(id)}/retry`, {}, reason);
      done(text('mailRetried'));
    },
  });
}
