// Loaded into a server with `--import`: intervals never fire, so the server acts only on requests
// and notifications.
globalThis.setInterval = () => setTimeout(() => undefined, 0);
