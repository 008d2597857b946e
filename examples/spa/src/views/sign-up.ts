import { h, link } from '../dom.js';
import { form } from '../form.js';
import { language, texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import type { Page, View } from './view.js';

export const signUp: View = (page) => {
  const t = texts();
  page.show(
    h('h1', {}, t.signUpTitle),
    form({
      fields: [
        { name: 'loginId', label: t.loginId, hint: t.loginIdHint, autocomplete: 'username' },
        { name: 'email', label: t.email, type: 'email', inputmode: 'email', autocomplete: 'email' },
        { name: 'password', label: t.password, hint: t.passwordHint, type: 'password', autocomplete: 'new-password' },
      ],
      submit: t.signUp,
      onSubmit: async (values) => {
        const { signUpId } = await munjigi.signUp.request({ ...values, locale: language.current() });
        confirm(page, signUpId, values.email);
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
