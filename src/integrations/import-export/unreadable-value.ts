/**
 * Thrown for a value that is present and cannot be read. If such a value counted as absent, the import
 * could activate a disabled member or an unproven address (IM-04). The message is printed in the report
 * of refused rows, so it must not contain values of the row.
 */
export class UnreadableValue extends Error {}
