/** The built-in pages. Each is a view, a script and texts of this name in src/pages; PAGES says which of them are served. */
export const PAGE_NAMES = [
  'sign-up',
  'confirm-sign-up',
  'login',
  'reset-password',
  'find-login-id',
  'account',
  'confirm-email',
  'undo-email',
  'not-me',
] as const;
export type PageName = (typeof PAGE_NAMES)[number];

/** Pages that mails lead to, and the setting that leads those links elsewhere. */
export const LINKED_PAGES = {
  'confirm-sign-up': 'SIGN_UP_LINK_URL',
  'reset-password': 'RESET_LINK_URL',
  'not-me': 'NOT_ME_LINK_URL',
  'confirm-email': 'CONFIRM_EMAIL_LINK_URL',
  'undo-email': 'UNDO_EMAIL_LINK_URL',
} as const satisfies Partial<Record<PageName, string>>;

export type LinkedPage = keyof typeof LINKED_PAGES;
