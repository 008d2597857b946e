// Upper limit for requests that check a password: argon2id with our parameters on all cores, and
// nothing else.
import { availableParallelism } from 'node:os';
import { argon2Library } from '../../dist/security/passwords/argon2-library.js';

const seconds = Number(process.argv[2]);
const parameters = { memoryKib: 19_456, timeCost: 2, parallelism: 1 };
const library = await argon2Library();
const hash = await library.hash('tall giraffe', parameters);

const stopAt = performance.now() + seconds * 1000;
let count = 0;
async function verifyOn() {
  while (performance.now() < stopAt) {
    await library.verify(hash, 'tall giraffe');
    if (performance.now() <= stopAt) count += 1;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, verifyOn));
console.log(JSON.stringify({ perSecond: count / seconds, library: library.name }));
