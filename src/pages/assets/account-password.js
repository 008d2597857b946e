// @ts-check

/** Changes the password. */

import { readFields } from './form.js';
import { FieldProblems } from './form-problems.js';
import { text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';
import { showStrength } from './strength.js';

/**
 * @param {() => import('./account.js').Member} latestMember with what other forms of the page have changed
 * @param {() => Promise<void>} onChanged a new password ends the other sessions
 */
export function offerPasswordChange(latestMember, onChanged) {
  const panel = new Panel('password');
  if (!latestMember().hasPassword) panel.reveal('none'); // the member sets a first password through a password reset by mail
  const strength = showStrength('password-new', () => {
    const { loginId, email, name } = latestMember();
    return [loginId, email, name ?? ''];
  });
  panel.onSubmit('password', async () => {
    const { values, problems } = readFields('password', {
      currentPassword: text('passwordMissing'),
      newPassword: text('newPasswordMissing'),
    });
    const weakness = values.newPassword === '' ? '' : await strength.findProblem();
    if (weakness !== '') problems.push({ field: 'newPassword', message: weakness });
    if (problems.length > 0) throw new FieldProblems(problems);
    await call('POST', 'members/me/password', values);
    panel.finish('shown', text('passwordChanged'));
    await onChanged();
  });
}
