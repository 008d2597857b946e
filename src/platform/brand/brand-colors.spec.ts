import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { brandColors, contrast } from './brand-colors.js';

const color = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

describe('brand colours', () => {
  it('measure contrast as WCAG defines it', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it('are readable for any brand colour: on buttons, and as links on light and on dark backgrounds', () => {
    fc.assert(
      fc.property(color, (accent) => {
        const { onAccent, lightInk, darkInk } = brandColors(accent);
        expect(contrast(accent, onAccent)).toBeGreaterThanOrEqual(4.5);
        expect(contrast(lightInk, '#ffffff')).toBeGreaterThanOrEqual(4.5);
        expect(contrast(darkInk, '#1c2128')).toBeGreaterThanOrEqual(4.5);
      }),
    );
  });

  it('keep the brand colour where it is readable', () => {
    expect(brandColors('#2a51d8')).toMatchObject({ accent: '#2a51d8', onAccent: '#ffffff', lightInk: '#2a51d8' });
    expect(brandColors('#ffd400').onAccent).toBe('#000000');
  });
});
