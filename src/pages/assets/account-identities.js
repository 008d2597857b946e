// @ts-check

/**
 * Lists the accounts at providers that the member logs in with; links and unlinks them. It is loaded
 * only where there are providers.
 */

import { toProblem } from './api.js';
import { formOf } from './form.js';
import { showProblem } from './form-problems.js';
import { onLanguageChange } from './language.js';
import { fill, find, shortTime, text } from './page.js';
import { Panel } from './panel.js';
import { MoreNeeded, callRecently } from './recent-login.js';
import { call } from './session.js';
import { offerSocialButtons, providerName, showSocialFailure } from './social-buttons.js';
import { takeAnswer } from './social-journey.js';

/** @typedef {{ id: string, provider: string, email: string | null, createdAt: string }} Identity */

export async function offerIdentities() {
  const panel = new Panel('identities');
  const list = find('[data-list]', panel.root);
  const answer = takeAnswer(true);
  /** @type {Identity | undefined} */
  let selected;

  async function load() {
    await panel.run(async () => {
      const { items } = /** @type {{ items: Identity[] }} */ (await call('GET', 'members/me/identities'));
      list.replaceChildren(...items.map(listItem));
    });
  }

  /** @param {Identity} identity */
  function listItem(identity) {
    const item = panel.copyTemplate('identity');
    const provider = providerName(identity.provider);
    const linked = text('linkedOn', { time: shortTime(identity.createdAt) });
    fill(item, { provider, about: [identity.email, linked].filter(Boolean).join(' · ') });
    const button = find('[data-unlink]', item);
    button.setAttribute('aria-label', text('unlinkNamed', { provider }));
    button.addEventListener('click', () => {
      selected = identity;
      panel.fill({ chosen: provider });
      panel.open('unlink');
    });
    return item;
  }

  /** Links the account that the visitor has just logged in to. */
  async function link() {
    const { provider, proof } = /** @type {NonNullable<typeof answer>} */ (answer);
    await callRecently('identity-link', 'POST', 'members/me/identities', { provider, ...proof });
    await load();
    panel.finish('shown', text('accountLinked', { provider: providerName(provider) }));
  }

  /** Asks for the password only where the last login is too long ago. */
  async function linkAtOnce() {
    panel.fill({ chosen: providerName(answer?.provider ?? '') });
    panel.root.scrollIntoView();
    try {
      await link();
    } catch (error) {
      await load();
      if (error instanceof MoreNeeded) panel.open('link');
      else showProblem(formOf('social'), toProblem(error));
    }
  }

  offerSocialButtons('account');
  panel.onSubmit('identity-link', link);
  panel.onSubmit('identity-unlink', async () => {
    const { id, provider } = /** @type {Identity} */ (selected);
    await callRecently('identity-unlink', 'DELETE', `members/me/identities/${encodeURIComponent(id)}`);
    await load();
    panel.finish('shown', text('accountUnlinked', { provider: providerName(provider) }));
  });
  onLanguageChange(() => void load());
  if (answer !== null) return linkAtOnce();
  await load();
  showSocialFailure();
}
