/** @returns null for text that is no canonical base64, with or without padding */
export function bytesOf(base64: string): Buffer | null {
  const bytes = Buffer.from(base64, 'base64');
  return phcBase64(bytes) === base64.replace(/=+$/, '') ? bytes : null;
}

/** Without padding, as PHC strings have it. */
export function phcBase64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

/** @returns an empty object for text that is no JSON object */
export function objectOf(text: string): Readonly<Record<string, unknown>> {
  if (!/^\s*\{\s*"/.test(text)) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
