/**
 * The channel of notifications that PostgreSQL sends on commit. A notification holds the id of a
 * webhook that has a delivery to send. It is empty when a webhook was added, changed or removed.
 */
export const DELIVERIES_CHANNEL = 'munjigi_deliveries';
