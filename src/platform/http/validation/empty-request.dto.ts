/** The body of an operation without input: absent or an empty object. Anything else is refused, not ignored. */
export class EmptyRequest {}
