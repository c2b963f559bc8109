import type { Pool, PoolClient } from "pg";

/**
 * A sender who waits at the door goes before the work that nobody waits for so shortly: a statement of the workers' pool isn't
 * sent while the door has something to commit, unless it has waited so long that the work would starve. Without it, judging
 * and the door contend for the database's processors just when much comes in, and the answers come a third later.
 */
export function doorFirst(door: Pool, workers: Pool, patienceMs = 8): void {
  let atTheDoor = 0;
  let free = Promise.withResolvers<void>();
  const commit = door.query.bind(door) as (...parameters: unknown[]) => unknown;
  const counted = (...parameters: unknown[]) => {
    const answer = commit(...parameters);
    if (!(answer instanceof Promise)) return answer;
    atTheDoor += 1;
    return answer.finally(() => {
      atTheDoor -= 1;
      if (atTheDoor > 0) return;
      free.resolve();
      free = Promise.withResolvers<void>();
    });
  };
  door.query = counted as typeof door.query;

  const whenFree = () => {
    let patience: NodeJS.Timeout;
    const isUp = new Promise<void>((resolve) => {
      patience = setTimeout(resolve, patienceMs);
    });
    return Promise.race([free.promise, isUp]).finally(() => clearTimeout(patience));
  };
  workers.on("connect", (client: PoolClient) => {
    const query = client.query.bind(client) as (...parameters: unknown[]) => unknown;
    const polite = (...parameters: unknown[]) => {
      const isAwaited = typeof parameters.at(-1) !== "function" && !hasSubmit(parameters[0]);
      return atTheDoor > 0 && isAwaited ? whenFree().then(() => query(...parameters)) : query(...parameters);
    };
    client.query = polite as typeof client.query;
  });
}

/** A cursor or a COPY stream is given back as it is, and not as a promise. */
function hasSubmit(first: unknown): boolean {
  return typeof first === "object" && first !== null && "submit" in first;
}
