import { SocialLoginError } from 'munjigi-client';
import { loadConsentBoxes, type ConsentName } from '../consent-boxes.js';
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
    if (outcome.status === 'sign_up_required') await signUp(page, outcome);
    else continueLogin(page, outcome);
  } catch (error) {
    page.go('login', error instanceof SocialLoginError ? texts().socialFailed : describeError(error));
  }
}

async function signUp(page: Page, account: { signUpId: string; email?: string; emailProven: boolean }): Promise<void> {
  const t = texts();
  const consents = await loadConsentBoxes();
  const loginId = { name: 'loginId', label: t.loginId, hint: t.loginIdHint, autocomplete: 'username' } as const;
  const email = { name: 'email', label: t.email, type: 'email', inputmode: 'email', autocomplete: 'email' } as const;
  page.show(
    h('h1', {}, t.signUpTitle),
    form<'loginId' | 'email' | ConsentName>({
      fields: [loginId, ...(account.emailProven ? [] : [email]), ...consents.fields],
      submit: t.signUp,
      onSubmit: async ({ loginId, email, ...ticked }) => {
        const outcome = await munjigi.social.signUp({
          ...{ signUpId: account.signUpId, loginId, email, consents: consents.read(ticked) },
          locale: language.current(),
        });
        const address = account.emailProven ? (account.email ?? '') : email;
        if (outcome.status === 'confirmation_required') confirm(page, outcome.signUpId, address);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
