// @ts-check

/** The buttons of the providers. */

import { ApiProblem } from './api.js';
import { formOf, onSubmit } from './form.js';
import { showProblem } from './form-problems.js';
import { takeSecret } from './link-token.js';
import { text } from './page.js';
import { leaveToProvider } from './social-journey.js';

/** @param {import('./social-journey.js').Page} from the page that has the buttons */
export function offerSocialButtons(from) {
  onSubmit('social', async (button) => leaveToProvider(button?.value ?? '', from));
}

/**
 * Shows why a journey has led back without an answer; see social-login.js. Call it when the buttons
 * are visible. The login page shows the reason in its notice instead.
 */
export function showSocialFailure() {
  const reason = takeSecret('because');
  if (reason !== 'declined' && reason !== 'failed') return;
  const detail = text(reason === 'declined' ? 'socialDeclined' : 'socialFailed');
  showProblem(formOf('social'), new ApiProblem('social_login_failed', { detail }));
}

/**
 * Returns the name of a provider in the language of the page, or its id if it is no longer
 * configured.
 * @param {string} provider
 */
export function providerName(provider) {
  const button = document.querySelector(`[data-form="social"] [value="${CSS.escape(provider)}"]`);
  return /** @type {HTMLElement | null} */ (button)?.dataset.name ?? provider;
}
