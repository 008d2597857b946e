const SHARED = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' } as const;

/** Whether a request comes from a browser that opens an address, and not from a program. */
export const wantsPage = (accept: string | undefined): boolean => /\btext\/html\b/i.test(accept ?? '');

/** The response headers of every page. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...SHARED,
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'", // no inline scripts, so that injected markup cannot run code
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:", // data: for the QR code, which the page gets as SVG text
    "form-action 'none'", // scripts send the forms; a native submit would put the password into the URL
    "base-uri 'none'",
    "frame-ancestors 'none'", // prevents clickjacking of buttons such as "confirm"
  ].join('; '),
  'cache-control': 'no-store',
};

/** The response headers of the console, which shows mails in frames. */
export const CONSOLE_HEADERS: Readonly<Record<string, string>> = {
  ...PAGE_HEADERS,
  'content-security-policy': `${PAGE_HEADERS['content-security-policy']}; frame-src 'self'`,
};

/**
 * The response headers of assets. The sandbox protects a logo that is opened directly: an SVG is a
 * document and may hold scripts.
 */
export const ASSET_HEADERS: Readonly<Record<string, string>> = {
  ...SHARED,
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
  'cache-control': 'no-cache', // cached, but revalidated on every use
  vary: 'accept-encoding',
};
