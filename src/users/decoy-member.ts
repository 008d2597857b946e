/**
 * An id that no member has, because ids are random. Queries for unknown members use it, so that
 * they take as long as those for known ones (EN-06).
 */
export const DECOY_MEMBER_ID = '00000000-0000-0000-0000-000000000000';
