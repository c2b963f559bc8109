/** What was begun and hasn't come to its end. */
export interface InHand {
  add(work: Promise<unknown>): void;
  /** Resolves when nothing is in hand any more, or after so long. */
  isDone(withinMs?: number): Promise<void>;
}

export function inHand(): InHand {
  const works = new Set<Promise<unknown>>();

  async function untilDone(): Promise<void> {
    while (works.size > 0) await Promise.allSettled(works);
  }

  return {
    add: (work) => {
      works.add(work);
      const over = () => works.delete(work);
      work.then(over, over);
    },
    isDone: (withinMs) => (withinMs === undefined ? untilDone() : Promise.race([untilDone(), after(withinMs)])),
  };
}

/** Doesn't keep the process alive. */
function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
