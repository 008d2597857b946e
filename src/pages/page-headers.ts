const SHARED = { 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff' } as const;

/** What every page is sent with. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...SHARED,
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'", // no inline script: text that slips through escaping still runs nothing
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:", // data: for the QR code, which is drawn for one member and never stored
    "form-action 'none'", // the scripts send the forms; without them a password would end up in the address
    "base-uri 'none'",
    "frame-ancestors 'none'", // or a foreign page could lead a click onto "confirm"
  ].join('; '),
  'cache-control': 'no-store',
};

/** What the files are sent with that pages load. The sandbox is for a logo that is opened by itself: an SVG is a document. */
export const ASSET_HEADERS: Readonly<Record<string, string>> = {
  ...SHARED,
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'",
  'cache-control': 'no-cache', // kept, and asked for each time whether it is still the same
  vary: 'accept-encoding',
};
