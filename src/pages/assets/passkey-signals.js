// @ts-check

/**
 * Reports to the browser what became of passkeys (Signal API, WebAuthn level 3). The browser informs
 * password managers, which then offer no passkey that was removed here, and show the present names.
 * Browsers without the API get no report, and a failed report changes nothing.
 */

/** @typedef {{ rpId: string, userId: string, allAcceptedCredentialIds: string[] }} AcceptedCredentials */
/** @typedef {{ loginId: string, name: string | null }} Names */

/** @type {AcceptedCredentials | undefined} */
let accepted;
/** @type {Names | undefined} */
let names;

/** Reports which passkeys of the member work; others are hidden. @param {AcceptedCredentials} credentials */
export function reportAccepted(credentials) {
  accepted = credentials;
  void signal('signalAllAcceptedCredentials', credentials);
  reportNames();
}

/** Reports under which names password managers show the member's passkeys. @param {Names} member */
export function reportMember(member) {
  names = member;
  reportNames();
}

/**
 * Reports a passkey that the server does not know. Call it only after the reason `unknown_credential`:
 * a passkey that was refused for another reason may still be valid.
 * @param {string | undefined} rpId @param {string} credentialId
 */
export function reportUnknown(rpId, credentialId) {
  void signal('signalUnknownCredential', { rpId: rpId ?? location.hostname, credentialId });
}

/** Needs the member and their passkeys, which load in any order. */
function reportNames() {
  if (accepted === undefined || names === undefined || accepted.allAcceptedCredentialIds.length === 0) return;
  const { rpId, userId } = accepted;
  const { loginId, name } = names;
  void signal('signalCurrentUserDetails', { rpId, userId, name: loginId, displayName: name ?? loginId });
}

/** @param {string} method @param {object} details */
async function signal(method, details) {
  const api = /** @type {any} */ (globalThis).PublicKeyCredential;
  if (typeof api?.[method] !== 'function') return;
  await api[method](details).catch(() => {}); // for example, the passkeys are of another domain
}
