import { describe, expect, it } from '@jest/globals';
import { checkEnvFile } from './env-file.js';

describe('a .env file', () => {
  it('may have comments, quotes, exports and values of several lines', () => {
    const text = `# comment\n\nPORT=3001 # why\nexport A='b'\nEMPTY=\nKEYS="one\ntwo=2\nthree" # end\nLAST=x#y\n`;
    expect([...checkEnvFile(text)]).toEqual(Object.entries({ PORT: 3, A: 4, EMPTY: 5, KEYS: 6, LAST: 9 }));
    expect([...checkEnvFile('\uFEFFPORT=1\r\nHOST=::1\r\n').keys()]).toEqual(['PORT', 'HOST']);
  });

  it.each([
    ['PORT 3001\nSECRET=a', /line 1: needs NAME=value/],
    ['PORT=1\nPRODUCT-NAME=Acme\nHOST=a', /line 2: needs NAME=value/],
    ['PORT=1\nSECRET="abc\nHOST="::1"', /line 2: SECRET begins with a quote/],
    [`PRODUCT_NAME='Acme\nPORT=1`, /line 1: PRODUCT_NAME begins with a quote/],
    ['A="b"c', /line 1: A begins with a quote/],
  ])('is refused with the number of the line: %j', (text, problem) => {
    expect(() => checkEnvFile(text)).toThrow(problem);
  });

  it('is refused with all lines at once, without their values', () => {
    expect(() => checkEnvFile('hunter2\nA=1\n=hunter2')).toThrow(
      /^((?!hunter2)[^])*line 1[^]*line 3((?!hunter2)[^])*$/,
    );
  });
});
