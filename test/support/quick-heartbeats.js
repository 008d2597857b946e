// Preloaded into a server: the heartbeats of its streams come every 100 ms instead of every 5 s.
const realSetInterval = globalThis.setInterval;
globalThis.setInterval = (callback, ms, ...args) => realSetInterval(callback, ms === 5000 ? 100 : ms, ...args);
