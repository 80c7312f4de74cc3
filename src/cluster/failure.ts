/** Something that a person can mend: what is wrong, where, and how to mend it. Everything else that is thrown is a bug. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  /** What to do, as a sentence or a command line. */
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}
