/** An id no member has: ids are random, and this is none. For asking the database as much about nobody as about somebody (EN-06). */
export const DECOY_MEMBER_ID = '00000000-0000-0000-0000-000000000000';
