// @ts-check

/** The button "Send the email again", with the wait between two mails. */

import { ApiProblem } from './api.js';
import { reasonOf } from './form-problems.js';
import { announce, duration, find, onAction, text } from './page.js';

const button = find('[data-action="resend"]');
let timer = 0;

/**
 * @param {() => Promise<number>} send sends the mail again and returns when the next one can be
 * requested, in milliseconds
 */
export function offerResend(send) {
  onAction('resend', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    try {
      waitUntil(await send());
      announce(text('resent'));
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : new ApiProblem('unexpected');
      if (problem.retryAfter > 0) waitUntil(Date.now() + problem.retryAfter * 1000);
      announce(reasonOf(problem));
    }
  });
}

/**
 * Counts down until the next mail. The button is marked as disabled with ARIA only, so that it
 * keeps the focus.
 * @param {number} time in milliseconds
 */
export function waitUntil(time) {
  clearInterval(timer);
  const tick = () => {
    const left = Math.ceil((time - Date.now()) / 1000);
    button.setAttribute('aria-disabled', String(left > 0));
    button.textContent = left > 0 ? text('resendIn', { time: duration(left) }) : text('resend');
    if (left <= 0) clearInterval(timer);
  };
  timer = setInterval(tick, 1000);
  tick();
}
