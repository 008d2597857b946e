// @ts-check

/** Shows the step of a journey that takes a mailed code, and the step before it. */

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

/** Shows the first step again. @param {string} state */
export function startOver(state) {
  forgetStep();
  show(state);
}
