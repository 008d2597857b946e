// Preloaded into a server: SIGUSR2 collects garbage and prints what is left, in bytes. Resident
// memory shows little about a leak: V8 keeps garbage while there is room.
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  console.log(`memory in use: ${heapUsed + external}`);
});
