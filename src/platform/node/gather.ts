/** Gathering of work that is better done together: as long as the event loop, doing what else is ready, makes more of it. */

/** Work that comes without end does not hold its first piece back for longer. */
const longestMs = 4;

/** So much shares what a piece alone would cost; more is not waited for. */
const enough = 32;

/** One turn of the event loop: everything that is ready is done. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves after the first turn in which no more came to be `waiting`, or when that is enough; milliseconds of `now` bound it. */
export async function gathered(waiting: () => number, now = () => performance.now()): Promise<void> {
  const untilMs = now() + longestMs;
  let count = waiting();
  for (let before = 0; before < count && count < enough && now() < untilMs; count = waiting()) {
    before = count;
    await turn();
  }
}
