import { h, link } from '../dom.js';
import { form } from '../form.js';
import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import { newPasswordForm } from './new-password.js';
import { confirm } from './sign-up.js';
import { addProviderButtons } from './social.js';
import type { Page, View } from './view.js';
import type { LoginOutcome } from 'munjigi-client';

type TermsRequired = Extract<LoginOutcome, { status: 'terms_required' }>;

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
  else if (outcome.status === 'terms_required') terms(page, outcome);
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
        continueLogin(page, await munjigi.logInSecondFactor({ mfaToken, code }));
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}

/** Documents that the member has to agree to before the login goes on. */
function terms(page: Page, { termsToken, documents }: TermsRequired): void {
  const t = texts();
  page.show(
    h('h1', {}, t.termsTitle),
    ...documents.map(({ title, url }) =>
      h('p', {}, url === null ? title : h('a', { href: url, target: '_blank', rel: 'noopener' }, title)),
    ),
    form({
      fields: [],
      submit: t.agree,
      onSubmit: async () => {
        const consents = documents.map(({ id, version }) => ({ id, version }));
        continueLogin(page, await munjigi.consents.accept({ termsToken, consents }));
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
