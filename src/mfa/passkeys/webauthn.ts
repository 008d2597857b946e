/**
 * The WebAuthn library, loaded when a passkey is first used: with its parsers of certificates it would be a tenth of what
 * starting the server reads and compiles.
 */
export async function webauthn() {
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ]);
  return { ...server, ...helpers };
}
