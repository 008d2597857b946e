// @ts-check

/** Confirms a sign-up, and opens the session of the new member if there is a page for it. */

import { post } from './api.js';
import { openSession } from './bound-request.js';
import { addressOf } from './page.js';
import { forgetReturn } from './return-to.js';
import { forgetSignUp } from './sign-up-memory.js';

/** Whether there is a page to continue with. */
export const isLoggingIn = addressOf('next') !== '';

/**
 * Calls the operation that confirms the sign-up. If there is no page to continue with, no app could
 * use the new session, so the session is ended at once. A failure to end it is not shown, because
 * the member cannot do anything about it.
 * @param {'auth/sign-up/confirm-code' | 'auth/sign-up/confirm-link' | 'auth/invitations/accept'} operation
 * @param {object} body
 */
export async function confirmSignUp(operation, body) {
  if (isLoggingIn) await openSession(operation, { ...body, transport: 'cookie' });
  else {
    const tokens = await post(operation, body);
    await post('auth/logout', undefined, tokens?.accessToken).catch(() => {});
  }
  forgetSignUp();
  forgetReturn();
}
