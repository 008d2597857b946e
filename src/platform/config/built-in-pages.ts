/**
 * The built-in pages. Each has a view, a script and texts of this name in src/pages. The setting
 * PAGES selects the served ones.
 */
export const PAGE_NAMES = [
  'sign-up',
  'confirm-sign-up',
  'invitation',
  'login',
  'social-login',
  'reset-password',
  'find-login-id',
  'account',
  'logout',
  'confirm-email',
  'undo-email',
  'not-me',
] as const;
export type PageName = (typeof PAGE_NAMES)[number];

/** The pages that mailed links open, and the setting that replaces each link. */
export const LINKED_PAGES = {
  'confirm-sign-up': 'SIGN_UP_LINK_URL',
  invitation: 'INVITATION_LINK_URL',
  'reset-password': 'RESET_LINK_URL',
  'not-me': 'NOT_ME_LINK_URL',
  'confirm-email': 'CONFIRM_EMAIL_LINK_URL',
  'undo-email': 'UNDO_EMAIL_LINK_URL',
} as const satisfies Partial<Record<PageName, string>>;

export type LinkedPage = keyof typeof LINKED_PAGES;
