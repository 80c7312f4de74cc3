/** Gathering of work that is better done together: as long as the event loop, doing what else is ready, makes more of it. */

/** Work that comes without end does not hold its first piece back for longer. */
const longestMs = 4;

/** One turn of the event loop: everything that is ready is done. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Resolves after the first turn in which no more came to be `waiting`; milliseconds of `now` bound it. */
export async function gathered(waiting: () => number, now = () => performance.now()): Promise<void> {
  const untilMs = now() + longestMs;
  for (let count = 0; count < waiting() && now() < untilMs; ) {
    count = waiting();
    await turn();
  }
}
