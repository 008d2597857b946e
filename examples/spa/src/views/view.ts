/** What a view may ask of the page around it. */
export interface Page {
  /** Shows this instead. */
  show(...content: HTMLElement[]): void;
  /** Goes to another view, with words to be read there. */
  go(route: string, notice?: string): void;
}

export type View = (page: Page) => void | Promise<void>;
