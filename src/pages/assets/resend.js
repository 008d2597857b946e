// @ts-check

/** The button "Send the email again", with the wait between two mails. */

import { toProblem } from './api.js';
import { reasonOf } from './form-problems.js';
import { showMailText } from './mail-text.js';
import { announce, duration, find, onAction, text } from './page.js';

const button = find('[data-action="resend"]');
let timer = 0;

/** @typedef {import('./step-memory.js').Step} Step */

/** @param {() => Promise<Step>} send requests the mail again */
export function offerResend(send) {
  onAction('resend', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    try {
      const step = await send();
      showStep(step);
      announce(step.mail === 'sent' ? text('resent') : '');
    } catch (error) {
      const problem = toProblem(error);
      if (problem.retryAfter > 0) waitUntil(Date.now() + problem.retryAfter * 1000);
      announce(reasonOf(problem));
    }
  });
}

/** Shows when another mail can be requested, and whether one was sent. @param {Step} step */
export function showStep({ resendAt, mail }) {
  waitUntil(resendAt);
  showMailText(mail);
}

/**
 * Counts down until the next mail. The button is marked as disabled with ARIA only, so that it
 * keeps the focus.
 * @param {number} time in milliseconds
 */
function waitUntil(time) {
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
