import { SocialLoginError } from 'munjigi-client';
import { h, link } from '../dom.js';
import { describeError, form } from '../form.js';
import { language, texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import { confirm } from './sign-up.js';
import { continueLogin } from './login.js';
import type { Page } from './view.js';

/** One of SOCIAL_REDIRECT_URIS: the page itself. */
const redirectUri = `${location.origin}/`;

/** Adds a button for each provider that the server has. */
export async function addProviderButtons(place: HTMLElement): Promise<void> {
  const providers = await munjigi.social.providers();
  const problem = h('p', { class: 'problem', role: 'alert' });
  const leave = (id: string): void => {
    munjigi.social.redirect(id, { redirectUri }).catch((error: unknown) => {
      problem.textContent = describeError(error);
    });
  };
  place.append(
    ...providers.map(({ id, name }) =>
      h('button', { class: 'secondary', click: () => leave(id) }, texts().logInWith(name)),
    ),
    problem,
  );
}

/** Continues the login after a provider has sent the visitor back to the page. */
export async function finishSocialLogin(page: Page): Promise<void> {
  try {
    const outcome = await munjigi.social.complete();
    if (outcome.status === 'sign_up_required') signUp(page, outcome);
    else continueLogin(page, outcome);
  } catch (error) {
    page.go('login', error instanceof SocialLoginError ? texts().socialFailed : describeError(error));
  }
}

function signUp(page: Page, account: { signUpId: string; email?: string; emailProven: boolean }): void {
  const t = texts();
  const loginId = { name: 'loginId', label: t.loginId, hint: t.loginIdHint, autocomplete: 'username' } as const;
  const email = { name: 'email', label: t.email, type: 'email', inputmode: 'email', autocomplete: 'email' } as const;
  page.show(
    h('h1', {}, t.signUpTitle),
    form<'loginId' | 'email'>({
      fields: account.emailProven ? [loginId] : [loginId, email],
      submit: t.signUp,
      onSubmit: async (values) => {
        const { signUpId } = account;
        const outcome = await munjigi.social.signUp({ ...values, signUpId, locale: language.current() });
        const address = account.emailProven ? (account.email ?? '') : values.email;
        if (outcome.status === 'confirmation_required') confirm(page, outcome.signUpId, address);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
