/** Converts bytes to base64url without padding (RFC 4648 section 5). */
export function toBase64url(bytes: Uint8Array): string {
  const encoded = btoa(String.fromCharCode(...bytes));
  return encoded.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

export function fromBase64url(encoded: string): Uint8Array {
  return Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}
