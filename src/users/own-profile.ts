import type { Member } from './member.entity.js';

/** The columns that members see of themselves. */
export type Profile = Pick<
  Member,
  'id' | 'loginId' | 'loginIdGenerated' | 'email' | 'name' | 'locale' | 'role' | 'createdAt' | 'attributes'
> & { readonly hasPassword: boolean };

/** Reads several at once; an unknown id is left out. */
export const PROFILES = {
  name: 'own-profiles',
  text: `SELECT id, login_id AS "loginId", login_id_generated AS "loginIdGenerated", email, name, locale, role, created_at AS "createdAt", attributes,
    password_hash IS NOT NULL AS "hasPassword" FROM members WHERE id = ANY($1)`,
};
