import { h, link } from '../dom.js';
import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import { recover } from './code-request.js';
import { newPasswordForm } from './new-password.js';
import type { View } from './view.js';

export const findLoginId: View = (page) => {
  const t = texts();
  recover(page, {
    title: t.findTitle,
    sendCode: (email) => munjigi.loginId.sendCode({ email }),
    more: [{ name: 'mailFullId', label: t.mailFullId, type: 'checkbox' }],
    confirm: async (requestId, { code, mailFullId }) => {
      const result = await munjigi.loginId.confirmCode({ requestId, code, mailFullId: mailFullId === 'true' });
      const { maskedLoginId, memberSince, resetToken } = result;
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
  });
};
