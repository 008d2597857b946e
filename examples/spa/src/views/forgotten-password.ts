import { texts } from '../language.js';
import { munjigi } from '../munjigi.js';
import { recover } from './code-request.js';
import { newPasswordForm } from './new-password.js';
import type { View } from './view.js';

export const forgottenPassword: View = (page) =>
  recover(page, {
    title: texts().forgotTitle,
    sendCode: (email) => munjigi.passwordReset.sendCode({ email }),
    confirm: async (requestId, { code }) => {
      const { resetToken } = await munjigi.passwordReset.confirmCode({ requestId, code });
      newPasswordForm(page, resetToken);
    },
  });
