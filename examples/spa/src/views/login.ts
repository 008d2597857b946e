import { h, link } from '../dom.js';
import { form } from '../form.js';
import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import { newPasswordForm } from './new-password.js';
import { confirm } from './sign-up.js';
import { addProviderButtons } from './social.js';
import type { Page, View } from './view.js';
import type { LoginOutcome } from 'munjigi-client';

export const login: View = (page) => {
  const t = texts();
  const providers = h('div', { class: 'providers' });
  page.show(
    h('h1', {}, t.logInTitle),
    form({
      fields: [
        { name: 'identifier', label: t.identifier, autocomplete: 'username' },
        { name: 'password', label: t.password, type: 'password', autocomplete: 'current-password' },
      ],
      submit: t.logIn,
      onSubmit: async (values) => continueLogin(page, await munjigi.logIn(values)),
    }),
    providers,
    h('nav', {}, link('sign-up', t.toSignUp), link('forgotten-password', t.forgot), link('find-login-id', t.find)),
  );
  addProviderButtons(providers).catch(() => undefined); // the form works without them
};

/** Opens the next step of a login, by password or at a provider. */
export function continueLogin(page: Page, outcome: LoginOutcome): void {
  if (outcome.status === 'mfa_required') secondFactor(page, outcome.mfaToken);
  else if (outcome.status === 'password_change_required') newPasswordForm(page, outcome.resetToken, texts().mustChange);
  // An imported account whose address is not proven: its owner enters a mailed code.
  else if (outcome.status === 'confirmation_required') confirm(page, outcome.signUpId, null);
  // Otherwise the member is signed in, and the tokensChanged listener in main.ts opens the home view.
}

function secondFactor(page: Page, mfaToken: string): void {
  const t = texts();
  page.show(
    h('h1', {}, t.secondFactorTitle),
    h('p', {}, t.secondFactorText),
    form({
      fields: [{ name: 'code', label: t.code, autocomplete: 'one-time-code' }],
      submit: t.logIn,
      onSubmit: async ({ code }) => {
        const outcome = await munjigi.logInSecondFactor({ mfaToken, code });
        if (outcome.status === 'password_change_required') newPasswordForm(page, outcome.resetToken, t.mustChange);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
