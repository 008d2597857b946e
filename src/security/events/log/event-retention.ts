/*
 * EVENT_RETENTION_SECONDS is how far back a reader can begin. The oldest events of that time are
 * kept longer, so that the reader has time for its next page.
 */

/** Cursors are accepted for this long after the retention. */
export const CURSOR_GRACE_SECONDS = 3600;

/**
 * Events are deleted this long after the retention. Longer than cursors are accepted, because an
 * event that commits late stands after younger ones, and the purge may run while a page is read.
 */
export const PURGE_GRACE_SECONDS = 2 * CURSOR_GRACE_SECONDS;
