// @ts-check

/** Converts bytes to base64url without padding (RFC 4648 section 5). @param {Uint8Array} bytes */
export function toBase64url(bytes) {
  const encoded = btoa(String.fromCharCode(...bytes));
  return encoded.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @param {string} encoded */
export function fromBase64url(encoded) {
  return Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
}
