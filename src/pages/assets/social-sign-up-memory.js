// @ts-check

/**
 * Remembers, in this tab, the account at a provider that a visitor signs up with. `signUpId` is a
 * secret of this tab. If the session will be bound, it is of no use without the key of this browser.
 *
 * @typedef {{ provider: string, signUpId: string, email?: string, emailProven: boolean,
 * suggestedLoginId: string, until: number }} SocialSignUp `provider` is the name that people read,
 * `until` is in milliseconds
 */

const KEY = 'munjigi.socialSignUp';

/** @param {string} provider @param {SocialSignUp & { expiresIn: number }} answer of the server */
export function rememberSocialSignUp(provider, { signUpId, email, emailProven, suggestedLoginId, expiresIn }) {
  const until = Date.now() + expiresIn * 1000;
  sessionStorage.setItem(KEY, JSON.stringify({ provider, signUpId, email, emailProven, suggestedLoginId, until }));
}

/** @returns {SocialSignUp | null} */
export function rememberedSocialSignUp() {
  try {
    const remembered = JSON.parse(sessionStorage.getItem(KEY) ?? 'null');
    if (remembered?.until > Date.now()) return remembered;
    forgetSocialSignUp();
  } catch {
    // Blocked, or written by another script.
  }
  return null;
}

export function forgetSocialSignUp() {
  sessionStorage.removeItem(KEY);
}
