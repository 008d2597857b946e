// @ts-check

/** The state of a member in a few words. */

import { text } from '../page.js';
import { badge } from './dom.js';

/**
 * @typedef {{ id: string, loginId: string, email: string, name: string | null, locale: string, role: 'member' |
 * 'admin', status: 'active' | 'disabled' | 'closed', mustChangePassword: boolean, createdAt: string, closedAt: string
 * | null }} Member
 */

/** @param {Member} member */
export function memberBadges({ status, role, mustChangePassword }) {
  return [
    badge(text(`status-${status}`), status === 'active' ? 'good' : 'bad'),
    role === 'admin' && badge(text('role-admin')),
    mustChangePassword && badge(text('mustChange'), 'bad'),
  ];
}
