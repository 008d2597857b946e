import { generateSecret, generateURI, verifySync } from 'otplib';
import { renderSVG } from 'uqr';

/** 160 bits, as RFC 4226 section 4 recommends. */
const SECRET_BYTES = 20;
const STEP_SECONDS = 30;

/** What an authenticator app needs. */
export interface TotpEnrolment {
  /** Base32, for typing into the app. */
  readonly secret: string;
  readonly otpauthUrl: string;
  readonly qrSvg: string;
}

export function newTotpEnrolment(issuer: string, label: string): TotpEnrolment {
  const secret = generateSecret({ length: SECRET_BYTES });
  const otpauthUrl = generateURI({ issuer: withoutColons(issuer), label: withoutColons(label), secret });
  return { secret, otpauthUrl, qrSvg: renderSVG(otpauthUrl) };
}

/** A colon separates issuer and account in the URL; a second one breaks authenticator apps. */
function withoutColons(text: string): string {
  return text.replace(/\s*[:\uFF1A]\s*/g, ' ').trim();
}

/**
 * The 30-second step that a code belongs to: the current one or one of its neighbours.
 * @returns null for a wrong code
 */
export function totpStepOf(secret: string, code: string, nowSeconds: number): number | null {
  if (!/^[0-9]{6}$/.test(code)) return null;
  // One step either way, because clocks of phones differ. Each step is checked alone, so the window
  // is exactly three steps.
  for (const drift of [0, -STEP_SECONDS, STEP_SECONDS]) {
    const epoch = nowSeconds + drift;
    const result = verifySync({ secret, token: code, epoch, epochTolerance: 0, period: STEP_SECONDS });
    if (result.valid && 'timeStep' in result) return result.timeStep;
  }
  return null;
}
