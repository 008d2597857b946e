// @ts-check

/**
 * Lists the accounts at providers that the member logs in with; links and unlinks them. It is loaded
 * only where there are providers.
 */

import { toProblem } from './api.js';
import { formOf, setFields, valueOf } from './form.js';
import { showProblem } from './form-problems.js';
import { onLanguageChange } from './language.js';
import { fill, find, shortTime, text } from './page.js';
import { Panel } from './panel.js';
import { ConfirmationNeeded, callRecently } from './recent-login.js';
import { call } from './session.js';
import { offerSocialButtons, providerName, showSocialFailure } from './social-buttons.js';
import { takeAnswer } from './social-journey.js';

/** @typedef {{ id: string, provider: string, email: string | null, createdAt: string }} Identity */

/**
 * @param {import('./account.js').Member} member
 * @param {Promise<unknown>} otherPanels resolves when the other panels have loaded. One of their forms may wait for the
 * login that the visitor has just confirmed at a provider.
 */
export async function offerIdentities({ id: memberId }, otherPanels) {
  const panel = new Panel('identities');
  const list = find('[data-list]', panel.root);
  const answer = takeAnswer(['account']);

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
    button.addEventListener('click', () => panel.choose('unlink', identity.id, provider));
    return item;
  }

  /** Links the account that the visitor has just logged in to. */
  async function link() {
    const linking = JSON.parse(valueOf('identity-link', 'item'));
    await callRecently('identity-link', 'POST', 'members/me/identities', linking);
    await load();
    panel.finish('shown', text('accountLinked', { provider: providerName(linking.provider) }));
  }

  /**
   * Asks for the password or a new login only where the last login is too long ago.
   * @param {import('./social-journey.js').TakenAnswer} linking
   */
  async function linkAtOnce({ provider, proof }) {
    const form = formOf('identity-link');
    setFields(form, { item: JSON.stringify({ provider, ...proof }) });
    panel.fill({ chosen: providerName(provider) });
    panel.root.scrollIntoView();
    try {
      await link();
    } catch (error) {
      await load();
      if (error instanceof ConfirmationNeeded) panel.open('link');
      else showProblem(formOf('social'), toProblem(error));
    }
  }

  offerSocialButtons('account');
  panel.onSubmit('identity-link', link);
  panel.onSubmit('identity-unlink', async () => {
    const id = valueOf('identity-unlink', 'item');
    const provider = find('[data-form="identity-unlink"] [data-fill="chosen"]').textContent ?? '';
    await callRecently('identity-unlink', 'DELETE', `members/me/identities/${encodeURIComponent(id)}`);
    await load();
    panel.finish('shown', text('accountUnlinked', { provider }));
  });
  onLanguageChange(() => void load());
  if (answer !== null && answer.waiting === undefined) return linkAtOnce(answer);
  await load();
  if (answer?.waiting === undefined) return showSocialFailure();
  await otherPanels;
  const { submitConfirmed } = await import('./confirmed-form.js');
  await submitConfirmed(answer, answer.waiting, memberId);
}
