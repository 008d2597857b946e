// @ts-check

/** A part of a view that loads by itself: if it fails, the others are still there. */

import { toProblem } from '../api.js';
import { reasonOf } from '../form-problems.js';
import { text } from '../page.js';
import { Left } from './admin-api.js';
import { button, el, present } from './dom.js';

/** @typedef {import('./dom.js').Child} Child */

let count = 0;

/** @template Data */
export class Card {
  /**
   * @param {string} name of the card, and of the text of its heading
   * @param {() => Promise<Data>} load
   * @param {(data: Data, card: Card<Data>) => readonly Child[]} draw runs again after a change of the language
   */
  constructor(name, load, draw) {
    this.name = name;
    this.load = load;
    this.draw = draw;
    /** @type {() => readonly Child[]} */
    this.tools = () => [];
    /** @type {Data | undefined} */
    this.data = undefined;
    /** @type {unknown} */
    this.error = undefined;
    /** Counts the loads. Answers may come in another order than they were asked for. */
    this.turns = 0;
    /** The load whose answer is shown. */
    this.shown = 0;
    this.heading = el('h2', { id: `card-${++count}`, tabindex: '-1' });
    this.message = el('p', { class: 'done', role: 'status' });
    this.body = el('div', { class: 'card-body' });
    this.root = el(
      'section',
      { class: 'card', 'data-card': name, 'aria-labelledby': this.heading.id },
      this.heading,
      this.message,
      this.body,
    );
    this.redraw();
  }

  /** Loads the data and shows them, unless they were asked for again in the meantime. */
  async reload() {
    const turn = ++this.turns;
    try {
      const data = await this.load();
      if (turn !== this.turns) return;
      this.data = data;
      this.error = undefined;
    } catch (error) {
      if (turn !== this.turns || error instanceof Left) return;
      this.error = error;
    }
    this.shown = turn;
    this.redraw();
  }

  /** Shows the data again, such as in another language. */
  redraw() {
    const hadFocus = this.body.contains(document.activeElement);
    this.heading.textContent = text(`card-${this.name}`);
    this.body.replaceChildren(...present(this.content()));
    if (hadFocus) this.heading.focus(); // the focused button has been replaced
    this.root.toggleAttribute('data-loaded', this.data !== undefined);
  }

  /** Shows the result of an action, also to screen readers. @param {string} message */
  say(message) {
    this.message.textContent = message;
  }

  /** @returns {readonly Child[]} */
  content() {
    if (this.error !== undefined) {
      const reason = el('p', { class: 'problem', role: 'alert' }, reasonOf(toProblem(this.error)));
      return [reason, button(text('tryAgain'), () => void this.reload())];
    }
    return this.data === undefined
      ? [el('p', { class: 'soft' }, text('loading'))]
      : [...this.tools(), ...this.draw(this.data, this)];
  }
}

/**
 * A card with a list that comes page by page.
 * @template Item
 * @extends {Card<{ items: Item[], nextCursor?: string | null }>}
 */
export class ListCard extends Card {
  /**
   * @param {string} name
   * @param {(cursor: string | undefined) => Promise<{ items: Item[], nextCursor?: string | null }>} load
   * @param {(item: Item, card: ListCard<Item>) => HTMLElement} drawItem
   * @param {string} [empty] the key of the text for an empty list
   */
  constructor(name, load, drawItem, empty = 'nothing') {
    super(
      name,
      () => load(undefined),
      ({ items, nextCursor }) => [
        items.length === 0
          ? el('p', { class: 'soft' }, text(empty))
          : el('ul', { class: 'entries' }, ...items.map((item) => drawItem(item, this))),
        nextCursor &&
          el(
            'p',
            {},
            button(text('more'), () => void this.loadMore()),
          ),
      ],
    );
    this.loadPage = load;
  }

  /**
   * Offers an action above the list.
   * @param {string} label the key of its text
   * @param {() => void} action
   */
  offer(label, action) {
    this.tools = () => [el('p', {}, button(text(label), action, { look: 'primary' }))];
  }

  /**
   * Adds the next page. Does nothing while another load runs: it may replace the list, and the cursor of the old list
   * does not hold for the new one.
   */
  async loadMore() {
    if (this.shown !== this.turns) return;
    const turn = ++this.turns;
    this.body.querySelector('[data-more-problem]')?.remove();
    const { items = [], nextCursor } = this.data ?? {};
    try {
      const page = await this.loadPage(nextCursor ?? undefined);
      if (turn !== this.turns) return;
      this.data = { items: [...items, ...page.items], nextCursor: page.nextCursor };
      this.redraw();
      // Screen readers continue with the first new entry.
      /** @type {HTMLElement | undefined} */ (this.body.querySelectorAll('.entries > li')[items.length])?.focus();
    } catch (error) {
      if (turn !== this.turns || error instanceof Left) return;
      this.body.append(
        el('p', { class: 'problem', role: 'alert', 'data-more-problem': '' }, reasonOf(toProblem(error))),
      );
    } finally {
      if (turn === this.turns) this.shown = turn;
    }
  }
}
