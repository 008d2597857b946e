/** What every page and asset is sent with. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'", // no inline script: text that slips through escaping still runs nothing
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    "form-action 'none'", // the scripts send the forms; without them a password would end up in the address
    "base-uri 'none'",
    "frame-ancestors 'none'", // or a foreign page could lead a click onto "confirm"
  ].join('; '),
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
