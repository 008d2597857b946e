// @ts-check

/**
 * Checks the forms that create an account before they are sent, so that all fields are reported
 * together.
 */

import { findAttributeProblems } from './attributes.js';
import { checkLoginId } from './login-id.js';
import { text } from './page.js';

/** @typedef {{ field: string, message: string }} Problem */

/**
 * Finds what is wrong with a login ID, by asking the server, and with an address. Skips empty fields,
 * which the caller reports.
 * @param {{ loginId: string, email?: string }} values
 * @returns {Promise<Problem[]>}
 */
export async function findClaimProblems({ loginId, email = '' }) {
  /** @type {Problem[]} */
  const problems = [];
  const { message } = loginId === '' ? { message: '' } : await checkLoginId(loginId);
  if (message !== '') problems.push({ field: 'loginId', message });
  if (email !== '' && !/^[^@]+@[^@]+$/.test(email)) problems.push({ field: 'email', message: text('emailInvalid') });
  return problems;
}

/**
 * Finds the required attributes that are empty, and the required documents that are not agreed to.
 * @param {string} form
 * @returns {Promise<Problem[]>}
 */
export async function findDeclaredProblems(form) {
  const hasConsents = document.querySelector('[data-consents]') !== null;
  const missing = hasConsents ? (await import('./consents.js')).findConsentProblems(form) : [];
  return [...findAttributeProblems(form), ...missing];
}
