// @ts-check

/** A page whose one button spends the link. Opening it changes nothing: mail scanners do that too. */

import { ApiProblem, post } from './api.js';
import { onSubmit } from './form.js';
import { carryTokenToOtherLanguages, endLanguageSwitch, isLinkRefused, takeLinkToken } from './link-token.js';
import { show, text } from './page.js';

/**
 * @param {object} action
 * @param {string} action.operation what the button posts the token to
 * @param {Record<string, string>} [action.refusals] further codes after which no try can help, and the words for them
 * @param {(token: string) => void} [action.arrive] shows the first state; `ready` if nothing has to be looked up
 */
export function offerLinkAction({ operation, refusals = {}, arrive = () => show('ready') }) {
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
      if (!(error instanceof ApiProblem) || !endWith(error, refusals)) throw error;
    }
  });
  arrive(token);
}

/**
 * Shows the last state for a link that is of no more use; false if it may still be.
 * @param {ApiProblem} problem
 * @param {Record<string, string>} [refusals]
 */
export function endWith(problem, refusals = {}) {
  if (problem.code === 'already_confirmed') {
    end('already');
    return true;
  }
  // In words of our own: the server's general ones tell to ask for a new link, and of these there is none to be had.
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
