import { h, link } from '../dom.js';
import { form } from '../form.js';
import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import type { Page } from './view.js';

/** The last step of every way to a new password. */
export function newPasswordForm(page: Page, resetToken: string, why = ''): void {
  const t = texts();
  page.show(
    h('h1', {}, t.newPassword),
    why !== '' ? h('p', {}, why) : h('p', {}, t.passwordHint),
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
