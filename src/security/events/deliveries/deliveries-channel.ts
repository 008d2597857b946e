/**
 * Notified on commit: with the id of a webhook when it has a new delivery, empty when webhooks are
 * added, removed or switched.
 */
export const DELIVERIES_CHANNEL = 'munjigi_deliveries';
