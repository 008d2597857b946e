import { brandColors } from '../platform/brand/brand-colors.js';

/**
 * Returns the stylesheet with the colours. A separate file, because pages have no inline styles
 * (TR-05).
 */
export function brandStylesheet(accent: string): string {
  const colors = brandColors(accent);
  const shared = `--accent: ${colors.accent}; --on-accent: ${colors.onAccent};`;
  return (
    `:root { ${shared} --accent-ink: ${colors.lightInk}; }\n` +
    `@media (prefers-color-scheme: dark) { :root { --accent-ink: ${colors.darkInk}; } }\n`
  );
}
