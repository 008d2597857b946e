// @ts-check

/**
 * A page whose only button uses the link. Opening the page changes nothing, because mail scanners
 * open links, too.
 */

import { ApiProblem, post } from './api.js';
import { onSubmit } from './form.js';
import { carryTokenToOtherLanguages, endLanguageSwitch, isLinkRefused, takeLinkToken } from './link-token.js';
import { show, text } from './page.js';

/**
 * Connects the page: takes the token from the address and posts it when the button is pressed.
 * @param {object} action
 * @param {string} action.operation the operation that the button posts the token to
 * @param {Record<string, string>} [action.refusals] further final error codes with their texts
 * @param {(token: string) => void} [action.showStart] shows the first state; by default `ready`
 */
export function offerLinkAction({ operation, refusals = {}, showStart = () => show('ready') }) {
  const token = takeLinkToken();
  if (token === null) {
    show('missing');
    return;
  }
  carryTokenToOtherLanguages(token);
  onSubmit('act', async () => {
    try {
      await post(operation, { token });
      end('done');
    } catch (error) {
      if (!(error instanceof ApiProblem) || !endIfFinal(error, refusals)) throw error;
    }
  });
  showStart(token);
}

/**
 * Shows the final state if the link can no longer work. Returns false if another try may succeed.
 * @param {ApiProblem} problem
 * @param {Record<string, string>} [refusals]
 */
export function endIfFinal(problem, refusals = {}) {
  if (problem.code === 'already_confirmed') {
    end('already');
    return true;
  }
  // The server's text is not shown: it advises to request a new link, which is not possible for
  // these links.
  const reason = isLinkRefused(problem)
    ? text(problem.code === 'link_expired' ? 'linkExpired' : 'linkInvalid')
    : refusals[problem.code];
  if (reason === undefined) return false;
  end('broken', { reason });
  return true;
}

/** @param {string} state @param {Record<string, string>} [fills] */
function end(state, fills) {
  endLanguageSwitch();
  show(state, fills);
}
