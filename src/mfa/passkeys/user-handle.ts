/**
 * The WebAuthn user handle, which a passkey stores: the member's id in 16 bytes, random and not
 * personal data.
 */
export function userHandleOf(memberId: string): Buffer<ArrayBuffer> {
  return Buffer.from(memberId.replaceAll('-', ''), 'hex');
}
