import { PassThrough, Readable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { sendWhole } from './whole-message.js';

function replaced(content: Readable): Readable {
  let result: Readable | undefined;
  sendWhole({ message: { processFunc: (replace) => (result = replace(content)) } }, () => undefined);
  return result!;
}

it('a message leaves in one piece, whatever pieces it is made of', async () => {
  const pieces = ['Subject: ', 'Hello', '\r\n\r\n', 'text'].map((piece) => Buffer.from(piece));
  const written = await replaced(Readable.from(pieces)).toArray();
  expect(written.map(String)).toEqual(['Subject: Hello\r\n\r\ntext']);
});

it('a message whose content fails fails with the same error, and nothing of it leaves', async () => {
  const content = new PassThrough();
  const message = replaced(content);
  content.write('Subject: Hello');
  content.destroy(new Error('unreadable logo'));
  await expect(message.toArray()).rejects.toThrow('unreadable logo');
});
