const RAW_LENGTH = 64;

/**
 * Turns a P-256 signature from DER, as the key stores of phones make it, into the raw form of JWS
 * (RFC 7518 section 3.4). A raw signature is returned as it is.
 */
export function derToRaw(signature: Uint8Array): Uint8Array {
  if (signature.length === RAW_LENGTH) return signature;
  // SEQUENCE (tag, length), then twice INTEGER (tag, length, value). All lengths are below 128.
  const firstLength = signature[3] ?? 0;
  const secondAt = 4 + firstLength;
  const secondLength = signature[secondAt + 1] ?? 0;
  const isDer = signature[0] === 0x30 && signature[2] === 0x02 && signature[secondAt] === 0x02;
  if (!isDer || signature.length !== secondAt + 2 + secondLength)
    throw new TypeError('The signer returned neither a raw nor a DER signature.');
  const raw = new Uint8Array(RAW_LENGTH);
  place(raw, signature.subarray(4, secondAt), RAW_LENGTH / 2);
  place(raw, signature.subarray(secondAt + 2), RAW_LENGTH);
  return raw;
}

/** Writes a number without its leading zeros, so that it ends before `end`. */
function place(raw: Uint8Array, number: Uint8Array, end: number): void {
  const digits = number.subarray(number.findIndex((byte) => byte !== 0));
  if (digits.length > RAW_LENGTH / 2) throw new TypeError('The signature is not one of P-256.');
  raw.set(digits, end - digits.length);
}
