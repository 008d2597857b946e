// @ts-check

/** The API keys of the product's own services. A key is shown once, when it is made. */

import { valueOf } from '../form.js';
import { shortTime, text } from '../page.js';
import { callWithReason, read, segment } from './admin-api.js';
import { ListCard } from './card.js';
import { chosen, requiredText } from './fields.js';
import { askFirst, dialogOf, showSecret } from './dialog.js';
import { badge, button, entry } from './dom.js';

/**
 * @typedef {{ id: string, name: string, scopes: string[], addresses: string[], createdAt: string, rotatedAt: string |
 * null, expiresAt: string | null, revokedAt: string | null, lastUsedAt: string | null }} ApiKey
 */

export function open() {
  /** @type {ListCard<ApiKey>} */
  const list = new ListCard(
    'api-keys',
    (cursor) => read('api-keys', { cursor, limit: '20' }),
    (key) => keyEntry(key, done),
    'noApiKeys',
  );
  list.offer('newApiKey', create);

  function create() {
    dialogOf('api-key').ask({
      title: text('newApiKey'),
      act: async (reason) => {
        const name = requiredText('api-key', 'name', text('nameMissing'));
        const scopes = chosen('api-key', 'scopes');
        const expiresAt = valueOf('api-key', 'expiresAt');
        const addresses = valueOf('api-key', 'addresses')
          .split(/[\s,]+/)
          .filter(Boolean);
        const body = {
          ...{ name, scopes },
          // The end of the day, where the administrator is.
          ...(expiresAt !== '' && { expiresAt: new Date(`${expiresAt}T23:59:59`).toISOString() }),
          ...(addresses.length > 0 && { addresses }),
        };
        const { key } = await callWithReason('POST', 'api-keys', body, reason);
        done(text('apiKeyMade', { name }));
        return () => showSecret(text('yourApiKey'), key);
      },
    });
  }

  /** @param {string} message */
  function done(message) {
    list.say(message);
    void list.reload();
  }

  return { parts: [list] };
}

/** @param {ApiKey} key @param {(message: string) => void} done */
function keyEntry({ id, name, scopes, addresses, createdAt, rotatedAt, expiresAt, revokedAt, lastUsedAt }, done) {
  const path = `api-keys/${segment(id)}`;
  const rotate = () =>
    askFirst({
      title: text('rotateNamed', { name }),
      effect: text('rotateKeyEffect'),
      act: async (reason) => {
        const { key } = await callWithReason('POST', `${path}/rotate`, {}, reason);
        done(text('keyRotated', { name }));
        return () => showSecret(text('yourApiKey'), key);
      },
    });
  const revoke = () =>
    askFirst({
      title: text('revokeNamed', { name }),
      effect: text('revokeEffect'),
      isDangerous: true,
      act: async (reason) => {
        await callWithReason('DELETE', path, undefined, reason);
        done(text('keyRevoked', { name }));
      },
    });
  const isOver = revokedAt !== null || (expiresAt !== null && Date.parse(expiresAt) < Date.now());
  return entry({
    title: [name, isOver && badge(text(revokedAt === null ? 'keyExpired' : 'keyIsRevoked'), 'bad')],
    about: [
      scopes.join(', '),
      addresses.join(', '),
      text('addedOn', { time: shortTime(createdAt) }),
      rotatedAt && text('rotatedOn', { time: shortTime(rotatedAt) }),
      expiresAt && text('expiresOn', { time: shortTime(expiresAt) }),
      lastUsedAt === null ? text('neverUsed') : text('lastUsed', { time: shortTime(lastUsedAt) }),
    ],
    buttons: isOver
      ? []
      : [button(text('rotate'), rotate, { about: name }), button(text('revoke'), revoke, { about: name })],
  });
}
