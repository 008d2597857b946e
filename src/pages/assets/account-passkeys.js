// @ts-check

/** Lists passkeys; adds, renames and removes them. */

import { callWithFactor } from './factor-proof.js';
import { valueOf } from './form.js';
import { onLanguageChange } from './language.js';
import { fill, find, shortTime, showGroup, text } from './page.js';
import { Panel } from './panel.js';
import { hasPasskeys, makePasskey } from './passkey.js';
import { reportAccepted } from './passkey-signals.js';
import { call } from './session.js';

/**
 * @typedef {{ id: string, name: string | null, createdAt: string, lastUsedAt: string | null,
 * backedUp: boolean, provider: string | null }} Passkey
 */

/**
 * @typedef {{ items: Passkey[], acceptedCredentials: import('./passkey-signals.js').AcceptedCredentials }} PasskeyList
 */

/** @param {import('./account-recovery-codes.js').RecoveryCodes} recoveryCodes */
export async function offerPasskeys(recoveryCodes) {
  const panel = new Panel('passkeys');
  const list = find('[data-list]', panel.root);

  async function load() {
    await panel.run(async () => {
      const { items, acceptedCredentials } = /** @type {PasskeyList} */ (await call('GET', 'members/me/passkeys'));
      reportAccepted(acceptedCredentials);
      list.replaceChildren(...items.map(listItem));
      recoveryCodes.setFactor('passkeys', items.length > 0);
    });
  }

  /** @param {Passkey} passkey */
  function listItem({ id, name, provider, createdAt, lastUsedAt, backedUp }) {
    const item = panel.copyTemplate('passkey');
    const label = name ?? provider ?? text('unnamedPasskey');
    const used = lastUsedAt === null ? text('neverUsed') : text('lastUsed', { time: shortTime(lastUsedAt) });
    const added = text('addedOn', { time: shortTime(createdAt) });
    // If the member has named the passkey, the provider is shown as well: the passkey is stored there.
    const about = [name === null ? null : provider, added, used].filter(Boolean);
    fill(item, { passkey: label, about: about.join(' · ') });
    find('[data-synced]', item).hidden = !backedUp;
    connectButton('rename', 'renameNamed', () => {
      const input = /** @type {HTMLInputElement} */ (find('#passkey-new-name', panel.root));
      input.value = name ?? '';
      input.select();
    });
    connectButton('remove', 'removeNamed');
    return item;

    /**
     * Lets a button of the list item open a part of the panel for this passkey.
     * @param {'rename' | 'remove'} part
     * @param {string} labelKey
     * @param {() => void} [prepare]
     */
    function connectButton(part, labelKey, prepare = () => {}) {
      const button = find(`[data-chooses="${part}"]`, item);
      button.setAttribute('aria-label', text(labelKey, { passkey: label }));
      button.addEventListener('click', () => {
        panel.choose(part, id, label);
        prepare();
      });
    }
  }

  panel.onSubmit('passkey-add', async () => {
    const name = valueOf('passkey-add', 'name').trim() || null;
    const { publicKey } = await callWithFactor('passkey-add', 'POST', 'members/me/passkeys/options');
    const credential = await makePasskey(publicKey);
    const created = await call('POST', 'members/me/passkeys', { credential, name });
    await load();
    panel.finish('shown', text('passkeyAdded'));
    if (created.recoveryCodes) recoveryCodes.show(created.recoveryCodes);
  });

  panel.onSubmit('passkey-rename', async () => {
    const name = valueOf('passkey-rename', 'name').trim() || null;
    await call('PATCH', passkeyPath('passkey-rename'), { name });
    await load();
    panel.finish('shown', text('passkeyRenamed'));
  });

  panel.onSubmit('passkey-remove', async () => {
    await callWithFactor('passkey-remove', 'DELETE', passkeyPath('passkey-remove'));
    await load();
    panel.finish('shown', text('passkeyRemoved'));
  });

  showGroup('addPasskey', hasPasskeys);
  showGroup('noPasskeysHere', !hasPasskeys);
  onLanguageChange(() => void load());
  await load();
}

/** @param {string} form about one passkey */
function passkeyPath(form) {
  return `members/me/passkeys/${encodeURIComponent(valueOf(form, 'item'))}`;
}
