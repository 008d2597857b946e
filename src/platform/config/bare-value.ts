/**
 * Returns a value without the blanks and quotes around it, which `docker run --env-file` keeps. Our
 * own secrets stay as they are, because another text would derive other keys.
 */
export function bareValue(name: string, value: string | undefined): string | undefined {
  if (name === 'SECRET' || name === 'PREVIOUS_SECRETS') return value;
  const trimmed = value?.trim();
  return /^(["'])((?!\1).)*\1$/s.test(trimmed ?? '') ? trimmed!.slice(1, -1).trim() : trimmed;
}
