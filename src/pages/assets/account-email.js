// @ts-check

/** Changes the e-mail address. The new address takes effect after its code was entered. */

import { requiredValue, requiredValues } from './form.js';
import { mailKind, showMailText } from './mail-text.js';
import { fill, text } from './page.js';
import { Panel } from './panel.js';
import { askedFields, callConfirmed } from './recent-login.js';
import { call } from './session.js';

/**
 * @param {import('./account.js').Member} member
 * @param {(email: string) => void} onChanged
 */
export function offerEmailChange({ email }, onChanged) {
  const panel = new Panel('email');
  let newEmail = '';
  let requestId = '';
  panel.fill({ email });
  panel.onSubmit('email', async () => {
    ({ newEmail } = requiredValues('email', { newEmail: text('newEmailMissing'), ...askedFields('email') }));
    const sent = await callConfirmed('email', 'POST', 'members/me/email/send-code', { newEmail });
    ({ requestId } = sent);
    showMailText(mailKind(sent.resendAfter), panel.root);
    fill(panel.root, { newEmail });
    panel.open('code');
  });
  panel.onSubmit('email-code', async () => {
    const code = requiredValue('email-code', 'code', text('codeMissing'));
    await call('POST', 'members/me/email/confirm-code', { requestId, code });
    onChanged(newEmail);
    panel.fill({ email: newEmail });
    panel.finish('shown', text('emailChanged'));
  });
}
