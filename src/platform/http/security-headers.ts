/**
 * The headers of every answer (ASVS 3.4). Pages and Swagger UI loosen the content policy for
 * themselves.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  // An answer may hold tokens or personal data.
  'cache-control': 'no-store',
  // JSON needs no script, style or frame; nothing of an answer may run if a browser shows it.
  'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  // Old browsers then open no download in the context of the site, no frame and no Flash policy.
  'x-download-options': 'noopen',
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  // The filter of old browsers could itself be abused, so it is switched off.
  'x-xss-protection': '0',
};
