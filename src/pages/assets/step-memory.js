// @ts-check

/**
 * Remembers the step of a journey in the browser's history entry, so that a reload shows it again.
 * A new visit has an entry of its own, and starts at the first step.
 */

import { mailKind } from './mail-text.js';

/**
 * Nothing of it is a secret: the id of a request is of no use without its mailed code.
 * @typedef {{ email: string, id: string, resendAt: number, mail: import('./mail-text.js').MailKind }}
 * Step `resendAt` in milliseconds
 */

/**
 * @param {{ email: string, id: string }} codeRequest
 * @param {number} resendAfter seconds
 * @returns {Step}
 */
export function rememberStep({ email, id }, resendAfter) {
  const step = { email, id, resendAt: Date.now() + resendAfter * 1000, mail: mailKind(resendAfter) };
  history.replaceState({ ...history.state, step }, '');
  return step;
}

/** @returns {Step | null} */
export function rememberedStep() {
  return history.state?.step ?? null;
}

export function forgetStep() {
  history.replaceState({ ...history.state, step: null }, '');
}
