import { parentPort, workerData } from 'node:worker_threads';
import { shaCrypt, type ShaCryptTask } from './sha-crypt-digest.js';

// Null where the file is not run as a worker, as by the test that imports every file of the image.
if (parentPort) parentPort.postMessage(shaCrypt(workerData as ShaCryptTask));
