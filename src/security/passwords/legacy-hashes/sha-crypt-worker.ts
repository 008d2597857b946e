import { parentPort, workerData } from 'node:worker_threads';
import { shaCrypt, type ShaCryptTask } from './sha-crypt-digest.js';

parentPort!.postMessage(shaCrypt(workerData as ShaCryptTask));
