/** The built-in pages that a web app links to. */
export type PageName = 'login' | 'sign-up' | 'reset-password' | 'find-login-id' | 'account' | 'logout';

export interface PageOptions {
  /**
   * Where the page leads when its journey is done. Needs the origin of the server's APP_URL, or a web
   * origin of its CORS_ORIGINS. The server ignores other addresses.
   */
  returnTo?: string;
  /** Default: the client's `locale`, or else the browser's language. */
  lang?: string | undefined;
}

export function pageAddress(baseUrl: string, page: PageName, { returnTo, lang }: PageOptions = {}): string {
  const query = new URLSearchParams();
  if (lang !== undefined) query.set('lang', lang);
  if (returnTo !== undefined) query.set('return_to', returnTo);
  const text = query.toString();
  return `${baseUrl}/pages/${page}${text === '' ? '' : `?${text}`}`;
}
