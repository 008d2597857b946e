import { h, link } from '../dom.js';
import { form } from '../form.js';
import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import type { Page } from './view.js';

/** Asks for a new password: the last step of a recovery or of a required password change. */
export function newPasswordForm(page: Page, resetToken: string, reason = ''): void {
  const t = texts();
  page.show(
    h('h1', {}, t.newPassword),
    reason !== '' ? h('p', {}, reason) : h('p', {}, t.passwordHint),
    form({
      fields: [{ name: 'newPassword', label: t.newPassword, type: 'password', autocomplete: 'new-password' }],
      submit: t.confirm,
      onSubmit: async ({ newPassword }) => {
        await munjigi.passwordReset.complete({ resetToken, newPassword });
        page.go('login', t.passwordSet);
      },
    }),
    h('nav', {}, link('login', t.back)),
  );
}
