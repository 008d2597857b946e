/** What a view can do with the page. */
export interface Page {
  /** Replaces the content. */
  show(...content: HTMLElement[]): void;
  /** Opens another view, which shows the notice once. */
  go(route: string, notice?: string): void;
}

export type View = (page: Page) => void | Promise<void>;
