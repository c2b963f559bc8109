import type { Fault } from "./types.ts";

/** The failures that were ordered and have not happened yet. */
export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  /** The fault that this call meets, which is thereby used once. */
  next(method: string, channel: string | undefined): Fault | undefined;
}

export function startFaults(): Faults {
  let waiting: { fault: Fault; left: number }[] = [];
  return {
    add: (fault) => {
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    clear: () => {
      waiting = [];
    },
    next: (method, channel) => {
      const met = waiting.find(
        ({ fault }) =>
          (fault.method === "*" || fault.method === method) &&
          (fault.channel === undefined || fault.channel === channel),
      );
      if (met === undefined) return undefined;
      met.left -= 1;
      if (met.left <= 0) waiting = waiting.filter((one) => one !== met);
      return met.fault;
    },
  };
}
