/*
 * Derives readable colours from the operator's brand colour. Buttons have the colour itself as
 * background and black or white text, whichever has the better contrast. Links and focus rings use
 * a darker or lighter shade with the contrast that WCAG 2.2 requires (4.5:1, criterion 1.4.3).
 */

/** WCAG 2.2, criterion 1.4.3. */
const MIN_CONTRAST = 4.5;
const BLACK = '#000000';
const WHITE = '#ffffff';
/** The backgrounds of coloured text in the two themes, of pages (styles/theme.css) and of mails. */
const LIGHT_CARD = '#ffffff';
const DARK_CARD = '#1c2128';

type Rgb = readonly [number, number, number];

export interface BrandColors {
  /** Fills buttons. */
  readonly accent: string;
  /** Text on buttons. */
  readonly onAccent: string;
  /** Links and focus rings, in the light theme. */
  readonly lightInk: string;
  /** The same in the dark theme. */
  readonly darkInk: string;
}

export function brandColors(accent: string): BrandColors {
  return {
    accent,
    onAccent: contrast(accent, WHITE) >= MIN_CONTRAST ? WHITE : BLACK,
    lightInk: readableOn(LIGHT_CARD, accent, BLACK),
    darkInk: readableOn(DARK_CARD, accent, WHITE),
  };
}

/** The contrast ratio of two colours, from 1 to 21 (WCAG 2.2). */
export function contrast(first: string, second: string): number {
  const [lighter, darker] = [luminance(first), luminance(second)].sort((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/**
 * Mixes in black or white in small steps until the contrast suffices; pure black or white always
 * does.
 */
function readableOn(background: string, color: string, towards: string): string {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = mix(color, towards, share);
    // Slightly more than required, because some backgrounds are tinted.
    if (contrast(mixed, background) >= MIN_CONTRAST + 0.3) return mixed;
  }
  return towards;
}

function mix(from: string, to: string, share: number): string {
  const [a, b] = [channels(from), channels(to)];
  return `#${a
    .map((value, at) =>
      Math.round(value + (b[at]! - value) * share)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}

function channels(color: string): Rgb {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as unknown as Rgb;
}

function luminance(color: string): number {
  const [red, green, blue] = channels(color).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
