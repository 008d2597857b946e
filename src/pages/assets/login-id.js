// @ts-check

/** Checks whether a login ID is available. Only a hint: the server decides when the form is sent. */

import { post } from './api.js';
import { text } from './page.js';

const REASONS = { invalid: 'loginIdInvalid', reserved: 'loginIdReserved', taken: 'loginIdTaken' };

/**
 * The latest answer. The sign-up page asks when the member leaves the field, and uses the answer again
 * when the form is sent.
 * @type {{ candidate: string, answer: Promise<Availability> } | undefined}
 */
let latest;
/** @typedef {{ available: boolean, reason?: keyof typeof REASONS } | null} Availability */

/**
 * @param {string} candidate
 * @returns {Promise<{ isFree: boolean, message: string }>} the message is empty if nothing is known
 * to be wrong: the operator may have switched the check off
 */
export async function checkLoginId(candidate) {
  if (latest?.candidate !== candidate) {
    latest = { candidate, answer: post('auth/login-id/check', { loginId: candidate }).catch(() => null) };
  }
  const { answer } = latest;
  const availability = await answer;
  if (availability === null) latest = undefined; // not known, so ask again
  const reason = availability?.reason;
  return { isFree: availability?.available === true, message: reason === undefined ? '' : text(REASONS[reason]) };
}
