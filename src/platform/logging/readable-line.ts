/** An entry of the log, as AppLogger writes it. */
type Entry = Readonly<Record<string, unknown>>;

/** Fields that have their own place in a line, and those that help only machines. */
const SHOWN_OR_LEFT_OUT = new Set(['time', 'level', 'msg', 'context', 'stack', 'requestId']);
const REQUEST_FIELDS = new Set(['method', 'route', 'status', 'ms', 'ip', 'memberId']);

const RED = 31;
const YELLOW = 33;
const GREY = 90;

type Paint = (colour: number | undefined, text: string) => string;

const plain: Paint = (_colour, text) => text;
const painted: Paint = (colour, text) => (colour === undefined ? text : `\u001b[${colour}m${text}\u001b[0m`);

/**
 * Formats a JSON line of the log for a person at a terminal. A request is shown by time, method, route,
 * status and milliseconds, any other entry by time, level and text. In a line that is not an entry,
 * only control characters are escaped.
 */
export function readableLine(json: string, hasColours = false): string {
  const entry = parse(json);
  if (entry === null) return escaped(json);
  const paint = hasColours ? painted : plain;
  const time = paint(GREY, new Date(textOf(entry.time)).toTimeString().slice(0, 8));
  return `${time} ${entry.msg === 'request' ? requestText(entry, paint) : messageText(entry, paint)}`;
}

function requestText(entry: Entry, paint: Paint): string {
  const status = Number(entry.status);
  const colour = status >= 500 ? RED : status >= 400 ? YELLOW : undefined;
  const text = `${textOf(entry.method).padEnd(4)} ${textOf(entry.route)} ${status} ${textOf(entry.ms)} ms`;
  return paint(colour, escaped(text)) + details(entry, REQUEST_FIELDS, paint);
}

function messageText(entry: Entry, paint: Paint): string {
  const level = textOf(entry.level);
  const colour = { warn: YELLOW, error: RED, fatal: RED }[level];
  const context = entry.context === undefined ? '' : `${textOf(entry.context)}: `;
  const text = `${level === 'info' ? '' : `${level} `}${context}${textOf(entry.msg)}`;
  const stack = typeof entry.stack === 'string' ? entry.stack.split('\n') : [];
  return [paint(colour, escaped(text)) + details(entry, new Set(), paint), ...stack.map(escaped)].join('\n');
}

function details(entry: Entry, without: ReadonlySet<string>, paint: Paint): string {
  const rest = Object.entries(entry).filter(([name]) => !SHOWN_OR_LEFT_OUT.has(name) && !without.has(name));
  const shown = rest.map(([name, value]) => `${name}=${textOf(value)}`).join(' ');
  return rest.length === 0 ? '' : ` ${paint(GREY, escaped(shown))}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Control characters could move the cursor and forge lines (CWE-117). */
function escaped(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u${sign.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}

function parse(json: string): Entry | null {
  try {
    const entry: unknown = JSON.parse(json);
    return typeof entry === 'object' && entry !== null && 'level' in entry ? { ...entry } : null;
  } catch {
    return null;
  }
}
