/**
 * Loads the WebAuthn library when a passkey is first used. Loaded at start, it would be a tenth of
 * all code that the server reads and compiles, because of its certificate parsers.
 */
export async function webauthn() {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ]);
  return { ...server, ...helpers };
}
