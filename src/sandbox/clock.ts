import type { SandboxClock } from "./types.ts";

/** A clock that people can move, forwards only. Frozen, it stands still between moves. */
export function movableClock(options: { startAt?: Date; frozen?: boolean } = {}): SandboxClock {
  // Everything in the workspace is dated by this clock; only the signature of HTTP deliveries isn't.
  const machine = () => Date.now();
  const begun = machine();
  const startAt = options.startAt?.getTime() ?? begun;
  let movedByMs = 0;
  const nowMs = () => startAt + movedByMs + (options.frozen === true ? 0 : machine() - begun);
  const moveBy = (ms: number) => {
    if (!(ms >= 0)) throw new RangeError("The clock moves forwards only.");
    movedByMs += ms;
  };
  return {
    now: () => new Date(nowMs()),
    moveBy,
    moveTo: (instant) => moveBy(instant.getTime() - nowMs()),
    get movedByMs() {
      return movedByMs;
    },
  };
}
