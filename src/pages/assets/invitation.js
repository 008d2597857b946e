// @ts-check

/**
 * The page of the link in an invitation. Opening the page changes nothing. Without a link the
 * page asks for the address and the mailed code.
 */

import { ApiProblem, post, toProblem } from './api.js';
import { readAttributes } from './attributes.js';
import { keepDigits } from './code-field.js';
import { ConsentFields } from './consent-fields.js';
import { clearForm, formOf, onSubmit, readFields, valueOf } from './form.js';
import { FieldProblem, FieldProblems, reasonOf } from './form-problems.js';
import { isLinkRefused, takeLinkToken } from './link-token.js';
import {
  addressOf,
  announce,
  find,
  localTime,
  mailLanguage,
  onAction,
  show,
  showDescribed,
  showGroup,
  text,
} from './page.js';
import { findClaimProblems, findDeclaredProblems } from './sign-up-fields.js';
import { confirmSignUp, isLoggingIn } from './sign-up-session.js';
import { showStrength } from './strength.js';

/** The error codes after which the invitation cannot be accepted any more. */
const FINAL = ['invitation_invalid', 'invitation_expired', 'already_confirmed', 'email_taken'];

const consents = new ConsentFields('accept');
const token = takeLinkToken();
let invitedEmail = '';

const strength = showStrength('password', () => [
  ...['loginId', 'name', 'email'].map((field) => valueOf('accept', field)),
  invitedEmail,
]);
keepDigits(/** @type {HTMLInputElement} */ (find('#code')));
onAction('look-up', lookUp);
onSubmit('accept', accept);
void consents.offer();
if (token === null) {
  showGroup('byCode', true);
  show('ready');
} else void lookUp();

/** Reports a dead link before anything is asked. */
async function lookUp() {
  announce(text('loading'));
  try {
    const { email, role, expiresAt, attributes } = await post('auth/invitations/inspect', { token });
    invitedEmail = email;
    showGroup('admin', role === 'admin');
    showGroup('invited', true);
    for (const name of Object.keys(attributes)) hideAttribute(name);
    showDescribed('ready', () => ({ email, expiresAt: localTime(expiresAt) }));
  } catch (error) {
    const problem = toProblem(error);
    if (isLinkRefused(problem)) show('broken', { reason: text('linkInvalid') });
    else show(FINAL.includes(problem.code) ? 'broken' : 'offline', { reason: reasonOf(problem) });
  }
}

/** Removes the field of an attribute that the inviter has set. @param {string} name */
function hideAttribute(name) {
  const field = formOf('accept').querySelector(`[name="attributes.${name}"]`);
  field?.closest('.field')?.remove();
}

/** Returns the values. Throws one problem for all wrong fields, also for a login ID that is not available. */
async function readForm() {
  const byCode = token === null ? { email: text('emailMissing'), code: text('codeMissing') } : {};
  const { values, problems } = readFields('accept', {
    ...byCode,
    loginId: text('loginIdMissing'),
    password: text('passwordMissing'),
  });
  const [aboutClaim, aboutPassword, declared] = await Promise.all([
    findClaimProblems(values),
    values.password === '' ? '' : strength.findProblem(),
    findDeclaredProblems('accept'),
  ]);
  problems.push(...aboutClaim, ...declared);
  if (aboutPassword !== '') problems.push({ field: 'password', message: aboutPassword });
  if (problems.length > 0) throw new FieldProblems(problems);
  return values;
}

async function accept() {
  const { loginId, password, ...proof } = await readForm();
  const name = valueOf('accept', 'name').trim();
  const body = {
    ...(token === null ? proof : { token }),
    ...{ loginId, password },
    ...(name === '' ? {} : { name }),
    ...readAttributes('accept'),
    locale: mailLanguage(),
  };
  try {
    await consents.send((ticked) => confirmSignUp('auth/invitations/accept', { ...body, ...ticked }));
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'login_id_taken') throw new FieldProblem('loginId', text('loginIdTaken'));
    if (!FINAL.includes(error.code)) throw error;
    clearForm(formOf('accept'));
    return show('broken', { reason: reasonOf(error) });
  }
  clearForm(formOf('accept'));
  if (isLoggingIn) location.replace(addressOf('next'));
  else show('done');
}
