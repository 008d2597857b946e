import { loadConsentBoxes, type ConsentName } from '../consent-boxes.js';
import { h, link } from '../dom.js';
import { form } from '../form.js';
import { language, texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import type { Page, View } from './view.js';

export const signUp: View = async (page) => {
  const t = texts();
  const consents = await loadConsentBoxes();
  page.show(
    h('h1', {}, t.signUpTitle),
    form<'loginId' | 'email' | 'password' | ConsentName>({
      fields: [
        { name: 'loginId', label: t.loginId, hint: t.loginIdHint, autocomplete: 'username' },
        { name: 'email', label: t.email, type: 'email', inputmode: 'email', autocomplete: 'email' },
        { name: 'password', label: t.password, hint: t.passwordHint, type: 'password', autocomplete: 'new-password' },
        ...consents.fields,
      ],
      submit: t.signUp,
      onSubmit: async ({ loginId, email, password, ...ticked }) => {
        const { signUpId } = await munjigi.signUp.request({
          ...{ loginId, email, password, consents: consents.read(ticked) },
          locale: language.current(),
        });
        confirm(page, signUpId, email);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
};

/** @param email null after a login: its response does not contain the address */
export function confirm(page: Page, signUpId: string, email: string | null): void {
  const t = texts();
  page.show(
    h('h1', {}, t.code),
    h('p', {}, email === null ? t.confirmationMailed : t.signUpMailed(email)),
    form({
      fields: [{ name: 'code', label: t.code, hint: t.codeHint, inputmode: 'numeric', autocomplete: 'one-time-code' }],
      submit: t.confirm,
      onSubmit: async ({ code }) => {
        await munjigi.signUp.confirmCode({ signUpId, code });
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
