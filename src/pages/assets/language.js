// @ts-check

/**
 * Switches the language in place, without leaving the page: what was typed, and the secrets that
 * exist only in memory, stay as they are. The pages of all languages come from one template, so
 * their texts and attributes can be exchanged one by one.
 */

/**
 * A text or attribute that the server has rendered.
 * @typedef {{ node: Text | Attr, owner: Element, value: string }} Slot
 */

/** Collected when this module loads, before any script has changed the page. */
const slots = slotsOf(document);
/** @type {(() => void)[]} */
const listeners = [];

/** Runs a function after each change of the language. @param {() => void} action */
export function onLanguageChange(action) {
  listeners.push(action);
}

/**
 * Connects the language links.
 * @param {() => void} onFailure runs if the page cannot be loaded in the other language
 */
export function offerLanguages(onFailure) {
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (
    document.querySelectorAll('a[data-language-switch]')
  )) {
    link.addEventListener('click', async (event) => {
      event.preventDefault();
      try {
        await switchTo(link.href);
      } catch {
        onFailure();
      }
    });
  }
}

/** @param {string} address of this page in the other language */
async function switchTo(address) {
  const language = new URL(address).searchParams.get('lang') ?? '';
  const headers = { accept: 'text/html' };
  const response = await fetch(address, { headers, credentials: 'omit', cache: 'no-store' });
  // The page about an unknown address is answered as 404.
  if (!response.ok && response.status !== 404) throw new Error('no page');
  const others = slotsOf(new DOMParser().parseFromString(await response.text(), 'text/html'));
  // Something else has changed the page, such as a browser extension.
  if (others.length !== slots.length) throw new Error('another page');
  slots.forEach((slot, at) => exchange(slot, /** @type {Slot} */ (others[at]).value));
  // A reload keeps the language, and the other parameters.
  const here = new URL(location.href);
  here.searchParams.set('lang', language);
  history.replaceState(history.state, '', here);
  for (const action of listeners) action();
}

/** Sets the value in the other language, unless a script has set another one. @param {Slot} slot @param {string} value */
function exchange(slot, value) {
  const { node, owner } = slot;
  if (value === slot.value) return;
  if (node instanceof Attr) {
    if (owner.getAttribute(node.name) === slot.value) owner.setAttribute(node.name, value);
  } else if (owner.contains(node)) {
    if (node.data === slot.value) node.data = value;
  } else if (owner.childElementCount === 0 && owner.textContent === slot.value) owner.textContent = value;
  slot.value = value;
}

/** @param {Document | DocumentFragment} root @returns {Slot[]} */
function slotsOf(root) {
  // Leaves out noscript: its content is text while scripts run, and elements in a page parsed without them.
  return [...root.querySelectorAll(':not(noscript, noscript *)')].flatMap((owner) => [
    ...[...owner.attributes].map((node) => ({ node, owner, value: node.value })),
    ...[...owner.childNodes]
      .filter((node) => node instanceof Text)
      .map((node) => ({ node: /** @type {Text} */ (node), owner, value: /** @type {Text} */ (node).data })),
    ...(owner instanceof HTMLTemplateElement ? slotsOf(owner.content) : []),
  ]);
}
