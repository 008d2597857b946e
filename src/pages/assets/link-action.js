// @ts-check

/**
 * A page whose only button uses the link. Opening the page only inspects the link, because mail
 * scanners open links, too.
 */

import { ApiProblem, post } from './api.js';
import { onSubmit } from './form.js';
import { isLinkRefused, takeLinkToken } from './link-token.js';
import { announce, show, showDescribed, showGroup, text } from './page.js';

/**
 * Connects the page: takes the token from the address, shows what it is for, and posts it when the
 * button is pressed.
 * @param {object} action
 * @param {string} action.operation the operation that the button posts the token to
 * @param {string} action.inspection the operation that describes the link and changes nothing
 * @param {(result: any) => Record<string, string>} action.describe returns the texts for the result
 * of the inspection
 * @param {(token: string) => void} [action.onDone]
 */
export function offerLinkAction({ operation, inspection, describe, onDone = () => {} }) {
  const token = takeLinkToken();
  if (token === null) {
    show('missing');
    return;
  }
  onSubmit('act', async () => {
    try {
      await post(operation, { token });
      show('done');
      onDone(token);
    } catch (error) {
      if (!(error instanceof ApiProblem) || !endIfFinal(error)) throw error;
    }
  });
  void lookUp();

  /**
   * Reports a dead link before the button is shown. If the inspection fails for another reason, the
   * button is shown without the details: a member whose account is being taken over must still be
   * able to use the link.
   */
  async function lookUp() {
    announce(text('loading'));
    try {
      const result = await post(inspection, { token });
      showGroup('about', true);
      showDescribed('ready', () => describe(result));
    } catch (error) {
      if (!(error instanceof ApiProblem) || !endIfFinal(error)) show('ready');
    }
  }
}

/**
 * Shows the final state if the link can no longer work. Returns false if another try may succeed.
 * @param {ApiProblem} problem
 */
function endIfFinal(problem) {
  if (problem.code === 'email_taken') {
    show('taken');
    return true;
  }
  if (!isLinkRefused(problem)) return false;
  // The page shows its own text. The server's text for an expired link advises to request a new one,
  // which is not possible for these links.
  const key = problem.code === 'link_expired' ? 'linkExpired' : 'linkInvalid';
  showDescribed('broken', () => ({ reason: text(key) }));
  return true;
}
