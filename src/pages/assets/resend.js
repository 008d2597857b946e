// @ts-check

/** The button "Send the email again", with the wait between two mails. */

import { ApiProblem } from './api.js';
import { reasonOf } from './form.js';
import { announce, duration, find, onAction, text } from './page.js';

const button = find('[data-action="resend"]');
let timer = 0;

/**
 * @param {() => Promise<{ resendAfter: number }>} send sends the mail again and returns the next
 * wait in seconds
 */
export function offerResend(send) {
  onAction('resend', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    try {
      const { resendAfter } = await send();
      waitFor(resendAfter);
      announce(text('resent'));
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : new ApiProblem('unexpected');
      if (problem.retryAfter > 0) waitFor(problem.retryAfter);
      announce(reasonOf(problem));
    }
  });
}

/**
 * Counts down until the next mail. The button is marked as disabled with ARIA only, so that it
 * keeps the focus.
 * @param {number} seconds
 */
export function waitFor(seconds) {
  clearInterval(timer);
  const endsAt = Date.now() + seconds * 1000;
  const tick = () => {
    const left = Math.ceil((endsAt - Date.now()) / 1000);
    button.setAttribute('aria-disabled', String(left > 0));
    button.textContent = left > 0 ? text('resendIn', { time: duration(left) }) : text('resend');
    if (left <= 0) clearInterval(timer);
  };
  timer = setInterval(tick, 1000);
  tick();
}
