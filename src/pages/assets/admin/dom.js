// @ts-check

/** Builds the parts of the console. Every value becomes text, never HTML: values come from members. */

/** @typedef {Node | string | null | undefined | false} Child null, undefined, false and empty texts are left out */

/**
 * Creates an element.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...present(children));
  return element;
}

/** @param {readonly Child[]} children @returns {(Node | string)[]} */
export function present(children) {
  return /** @type {(Node | string)[]} */ (
    children.filter((child) => child !== null && child !== undefined && child !== false && child !== '')
  );
}

/**
 * Creates a button.
 * @param {string} label
 * @param {() => void} action
 * @param {{ look?: 'secondary' | 'quiet' | 'danger' | 'primary', name?: string, about?: string }} [options] `about` is
 * what the button concerns, for screen readers, where the same button stands in each entry of a list
 */
export function button(label, action, { look = 'secondary', name, about } = {}) {
  const element = el(
    'button',
    {
      type: 'button',
      class: look,
      ...(name && { 'data-do': name }),
      ...(about && { 'aria-label': `${label}: ${about}` }),
    },
    label,
  );
  element.addEventListener('click', action);
  return element;
}

/** @param {string} content @param {'good' | 'bad' | 'plain'} [mood] */
export function badge(content, mood = 'plain') {
  return el('span', { class: 'badge', ...(mood !== 'plain' && { 'data-mood': mood }) }, content);
}

/** A list of facts. @param {(readonly [string, Child] | null)[]} facts those without a value are left out */
export function facts(...facts) {
  const rows = facts.filter((fact) => fact !== null && present([fact[1]]).length > 0);
  return el('dl', {}, ...rows.map((fact) => el('div', {}, el('dt', {}, fact?.[0]), el('dd', {}, fact?.[1]))));
}

/**
 * An entry of a list: a title, what else is known, and buttons.
 * @param {{ title: Child[], about?: (string | null | undefined | false)[], more?: Child[], buttons?: Child[] }} parts
 */
export function entry({ title, about = [], more = [], buttons = [] }) {
  const known = about.filter(Boolean).join(' · ');
  return el(
    'li',
    { class: 'with-buttons', tabindex: '-1' },
    el(
      'div',
      {},
      el('p', { class: 'entry-title' }, ...spaced(title)),
      known !== '' && el('p', { class: 'soft' }, known),
      ...more,
    ),
    present(buttons).length > 0 && el('div', { class: 'row' }, ...buttons),
  );
}

/** @param {readonly Child[]} children */
function spaced(children) {
  return present(children).flatMap((child, at) => (at === 0 ? [child] : [' ', child]));
}
