// @ts-check

/**
 * What the forms that make an account check before they are sent, so that all fields are reported
 * together.
 */

import { findAttributeProblems } from './attributes.js';
import { loginIdProblem } from './login-id.js';
import { text } from './page.js';

/** @typedef {{ field: string, message: string }} Problem */

/**
 * Finds what is wrong with a login ID, which the server knows, and with an address. Empty fields are
 * reported already.
 * @param {{ loginId: string, email?: string }} values
 * @returns {Promise<Problem[]>}
 */
export async function findClaimProblems({ loginId, email = '' }) {
  /** @type {Problem[]} */
  const problems = [];
  const { message } = loginId === '' ? { message: '' } : await loginIdProblem(loginId);
  if (message !== '') problems.push({ field: 'loginId', message });
  if (email !== '' && !/^[^@]+@[^@]+$/.test(email)) problems.push({ field: 'email', message: text('emailInvalid') });
  return problems;
}

/**
 * Finds what is missing in the fields that the operator has declared.
 * @param {string} form
 * @returns {Promise<Problem[]>}
 */
export async function findDeclaredProblems(form) {
  const hasConsents = document.querySelector('[data-consents]') !== null;
  const missing = hasConsents ? (await import('./consents.js')).findConsentProblems(form) : [];
  return [...findAttributeProblems(form), ...missing];
}
