// @ts-check

/** Saves data that only this page has: the request needs the access token, which a link cannot send. */

/** @param {string} name of the file @param {unknown} data */
export function saveJson(name, data) {
  const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // a slow browser has begun to save it by then
}
