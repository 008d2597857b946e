/**
 * Thrown for a value that is present and cannot be read. Read as absent, it could activate a
 * disabled member or an unproven address (IM-04). The message is the reason for the report, so it
 * repeats nothing of the row.
 */
export class UnreadableValue extends Error {}
