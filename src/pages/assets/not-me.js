// @ts-check

/** The page of the link "It wasn't me" in a security mail. */

import { ApiProblem, post } from './api.js';
import { endIfFinal, offerLinkAction } from './link-action.js';
import { announce, localTime, show, showGroup, text } from './page.js';

offerLinkAction({ operation: 'auth/not-me', showStart: lookUp });

/**
 * Shows the event that the mail reported. Changes nothing. The button is shown even if the request
 * fails: a member whose account is being taken over must not depend on this detail.
 * @param {string} token
 */
async function lookUp(token) {
  announce(text('loading'));
  try {
    const disavowed = await post('auth/not-me/inspect', { token });
    const fills = {
      event: text(`event-${disavowed.event}`) || text('eventUnknown'),
      happenedAt: localTime(disavowed.happenedAt),
      maskedLoginId: disavowed.maskedLoginId,
    };
    showGroup('about', true);
    show('ready', fills);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endIfFinal(error)) show('ready');
  }
}
