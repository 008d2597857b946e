// @ts-check

/** Changes the password. */

import { readFields } from './form.js';
import { FieldProblems } from './form-problems.js';
import { text } from './page.js';
import { Panel } from './panel.js';
import { call } from './session.js';
import { showStrength } from './strength.js';

/** @param {import('./account.js').Member} member */
export function offerPasswordChange({ loginId, email, name, hasPassword }) {
  const panel = new Panel('password');
  if (!hasPassword) panel.reveal('none'); // a reset by mail sets the first one
  const strength = showStrength('password-new', () => [loginId, email, name ?? '']);
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
  });
}
