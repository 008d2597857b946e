/*
 * What the HTML part of a mail must not contain. A mail that loads something reveals that it was
 * opened; mail programs block scripts and forms, and judge a mail with them as spam (ML-05).
 */

const ELEMENTS =
  /<\s*(script|link|iframe|frame|object|embed|applet|video|audio|source|track|svg|math|form|input|textarea|select|base|meta\s+http-equiv)\b/i;
const HANDLER = /<[^>]*\s(on[a-z]+)\s*=/i;
const SCRIPT_ADDRESS = /(javascript|vbscript)\s*:/i;
/** An attribute that loads its value. `{{logo}}` is a part of the mail. */
const LOADING =
  /<[^>]*\s(src|srcset|background|poster|longdesc|action|formaction|xlink:href)\s*=(?!\s*(["'])(\{\{\s*logo\s*\}\}|cid:[^"']*|data:image\/(png|gif|jpeg);[^"']*|)\2)/i;
const STYLES = /url\s*\(|image-set\s*\(|@import|@font-face/i;

/** @returns the sentence about the first broken rule, or null */
export function findHtmlFault(html: string): string | null {
  const element = ELEMENTS.exec(html)?.[1];
  if (element !== undefined)
    return `has <${element.toLowerCase()}>; a mail must not run scripts, load content or hold forms.`;
  const handler = HANDLER.exec(html)?.[1];
  if (handler !== undefined) return `has ${handler.toLowerCase()}=; a mail must not run scripts.`;
  if (SCRIPT_ADDRESS.test(html)) return 'has an address that runs a script.';
  const attribute = LOADING.exec(html)?.[1];
  if (attribute !== undefined) return `loads something with ${attribute.toLowerCase()}=; the only image is {{logo}}.`;
  const style = STYLES.exec(html)?.[0];
  if (style !== undefined) return `loads something with ${style.toLowerCase()} in a style.`;
  return null;
}

/** The faults of a source, each with its line. */
export function findHtmlFaults(source: string): { line: number; rule: string }[] {
  const faults = source.split('\n').flatMap((text, at) => {
    const rule = findHtmlFault(text);
    return rule === null ? [] : [{ line: at + 1, rule }];
  });
  if (faults.length > 0) return faults;
  // An element may continue on the next line. Its fault is reported for line 1.
  const rule = findHtmlFault(source);
  return rule === null ? [] : [{ line: 1, rule }];
}

/** The addresses that the links of a rendered part open. */
export function linksOf(html: string): string[] {
  return [...html.matchAll(/(?<![-\w])href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*))/gi)].map(
    ([, double, single, bare]) => unescapeHtml(double ?? single ?? bare ?? ''),
  );
}

/** The text of a rendered part as its reader sees it. */
export function visibleText(html: string): string {
  return unescapeHtml(
    html
      .replace(/<!--[\s\S]*?-->|<(style|title|head)\b[\s\S]*?<\/\1>|<[^>]*display:\s*none[^>]*>[^<]*/gi, ' ')
      .replace(/<[^>]*>/g, ' '),
  );
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#x3D;/g, '=')
    .replace(/&#x27;/g, "'")
    .replace(/&#x60;/g, '`')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}
