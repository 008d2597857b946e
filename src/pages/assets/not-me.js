// @ts-check

/** The page behind "It wasn't me" in a security mail. */

import { ApiProblem, post } from './api.js';
import { endWith, offerLinkAction } from './link-action.js';
import { announce, localTime, show, showGroup, text } from './page.js';

offerLinkAction({ operation: 'auth/not-me', arrive: lookUp });

/**
 * Asks what the mail was about; this changes nothing. The button is there without the answer too: somebody whose account
 * is being taken over should not have to wait for a detail.
 * @param {string} token
 */
async function lookUp(token) {
  announce(text('loading'));
  try {
    const about = await post('auth/not-me/inspect', { token });
    const fills = {
      event: text(`event-${about.event}`) || text('eventUnknown'),
      happenedAt: localTime(about.happenedAt),
      maskedLoginId: about.maskedLoginId,
    };
    showGroup('about', true);
    show('ready', fills);
  } catch (error) {
    if (!(error instanceof ApiProblem) || !endWith(error)) show('ready');
  }
}
