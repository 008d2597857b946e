import { h, link } from '../dom.js';
import { form } from '../form.js';
import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import { newPasswordForm } from './new-password.js';
import type { Page, View } from './view.js';

export const forgottenPassword: View = (page) => {
  const t = texts();
  page.show(
    h('h1', {}, t.forgotTitle),
    h('p', {}, t.forgotText),
    form({
      fields: [{ name: 'email', label: t.email, type: 'email', inputmode: 'email', autocomplete: 'email' }],
      submit: t.sendCode,
      onSubmit: async ({ email }) => {
        const { requestId } = await munjigi.passwordReset.sendCode({ email });
        confirm(page, requestId, email);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
};

function confirm(page: Page, requestId: string, email: string): void {
  const t = texts();
  page.show(
    h('h1', {}, t.code),
    h('p', {}, t.mailed(email)),
    form({
      fields: [{ name: 'code', label: t.code, hint: t.codeHint, inputmode: 'numeric', autocomplete: 'one-time-code' }],
      submit: t.next,
      onSubmit: async ({ code }) => {
        const { resetToken } = await munjigi.passwordReset.confirmCode({ requestId, code });
        newPasswordForm(page, resetToken);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
