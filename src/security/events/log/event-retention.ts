/*
 * A reader without a cursor begins with the oldest event that is at most EVENT_RETENTION_SECONDS
 * old. Events are kept longer than that, so that this reader has time for its next page.
 */

/** A cursor is accepted until it is this much older than the retention. */
export const CURSOR_GRACE_SECONDS = 3600;

/**
 * An event is deleted when it is this much older than the retention. Cursors are refused earlier,
 * because an event that commits late follows younger ones in the log, and the purge may run while a
 * page is read.
 */
export const PURGE_GRACE_SECONDS = 2 * CURSOR_GRACE_SECONDS;
