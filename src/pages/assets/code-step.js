// @ts-check

/** Shows the code form of a journey after a reload, and leads back to the journey's first step. */

import { clearForm, formOf } from './form.js';
import { show } from './page.js';
import { showStep } from './resend.js';
import { forgetStep, rememberedStep } from './step-memory.js';

/**
 * Shows the code form again after a reload.
 * @param {{ email: string, id: string }} codeRequest
 * @returns {boolean} false if no code was requested before
 */
export function resumeCode(codeRequest) {
  const step = rememberedStep();
  if (step === null) return false;
  const { email, id } = step;
  Object.assign(codeRequest, { email, id });
  showStep(step);
  show('code', { email });
  return true;
}

/** Shows the first step again. @param {string} firstState */
export function startOver(firstState) {
  forgetStep();
  clearForm(formOf('code')); // its code and problem are of the request that is given up
  show(firstState);
}
