// @ts-check

/** The buttons of the providers. */

import { onSubmit } from './form.js';
import { leaveToProvider } from './social-journey.js';

/** @param {import('./social-journey.js').Page} from the page that has the buttons */
export function offerSocialButtons(from) {
  onSubmit('social', async (button) => leaveToProvider(button?.value ?? '', from));
}

/**
 * Returns the name of a provider in the language of the page.
 * @param {string} provider that may no longer be configured
 */
export function providerName(provider) {
  const button = document.querySelector(`[data-form="social"] [value="${CSS.escape(provider)}"]`);
  return /** @type {HTMLElement | null} */ (button)?.dataset.name ?? provider;
}
