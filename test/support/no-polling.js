// Loaded into a server with `--import`: intervals never fire, so whatever the server still does, it was woken to do.
globalThis.setInterval = () => setTimeout(() => undefined, 0);
