import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { LineBuffer } from './line-buffer.js';

function buffered() {
  const written: string[] = [];
  return { written, buffer: new LineBuffer({ write: (text) => void written.push(text) }) };
}

describe('the log of one turn of the event loop', () => {
  it('is written in one piece at the end of the turn, in order', async () => {
    const { written, buffer } = buffered();
    buffer.write('a\n');
    buffer.write('b\n');
    expect(written).toEqual([]);
    await nextTurn();
    expect(written).toEqual(['a\nb\n']);
    buffer.write('c\n');
    await nextTurn();
    expect(written).toEqual(['a\nb\n', 'c\n']);
  });

  it('is not lost when the process ends before the turn does', async () => {
    const { written, buffer } = buffered();
    buffer.write('last\n');
    process.emit('exit', 0);
    expect(written).toEqual(['last\n']);
    await nextTurn();
    expect(written).toHaveLength(1);
  });
});
