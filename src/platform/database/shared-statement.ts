import DataLoader from 'dataloader';

/** Of one statement: what still is planned, run and sent quickly. */
const MAX_QUESTIONS = 100;

/**
 * A statement that many may share: all who ask within one turn of the event loop are answered by one. Under load that is
 * one way to the database, and one commit, instead of dozens; alone it costs nothing. Nothing is kept: what is answered
 * was read, or done, after it was asked.
 */
export class SharedStatement<Question, Answer> {
  private readonly loader: DataLoader<Question, Answer>;

  /** @param run answers in the order of the questions; where it throws, all who asked are told */
  constructor(run: (questions: readonly Question[]) => Promise<readonly Answer[]>) {
    this.loader = new DataLoader((questions) => run(questions), {
      cache: false,
      maxBatchSize: MAX_QUESTIONS,
      // After everything that the sockets have brought in this turn.
      batchScheduleFn: (ask) => setImmediate(ask),
    });
  }

  async ask(question: Question): Promise<Answer> {
    return this.loader.load(question);
  }
}
