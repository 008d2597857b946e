/** The body of an operation that takes none: nothing, or an empty object; whatever else is sent is refused rather than ignored. */
export class EmptyRequest {}
