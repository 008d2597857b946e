import { h, link } from '../dom.js';
import { form } from '../form.js';
import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import { newPasswordForm } from './new-password.js';
import type { Page, View } from './view.js';

export const findLoginId: View = (page) => {
  const t = texts();
  page.show(
    h('h1', {}, t.findTitle),
    h('p', {}, t.forgotText),
    form({
      fields: [{ name: 'email', label: t.email, type: 'email', inputmode: 'email', autocomplete: 'email' }],
      submit: t.sendCode,
      onSubmit: async ({ email }) => {
        const { requestId } = await munjigi.loginId.sendCode({ email });
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
      fields: [
        { name: 'code', label: t.code, hint: t.codeHint, inputmode: 'numeric', autocomplete: 'one-time-code' },
        { name: 'mailFullId', label: t.mailFullId, type: 'checkbox' },
      ],
      submit: t.next,
      onSubmit: async ({ code, mailFullId }) => {
        const found = await munjigi.loginId.confirmCode({ requestId, code, mailFullId: mailFullId === 'true' });
        const { maskedLoginId, memberSince, resetToken } = found;
        page.show(
          h('h1', {}, t.found),
          h('p', { class: 'found' }, maskedLoginId),
          h('p', {}, `${t.memberSince} ${memberSince}`),
          h(
            'nav',
            {},
            link('login', t.back),
            resetToken !== undefined &&
              h('button', { class: 'plain', click: () => newPasswordForm(page, resetToken) }, t.forgot),
          ),
        );
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
