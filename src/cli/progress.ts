export interface Progress {
  say(soFar: number): void;
  /** Leaves the line. */
  end(): void;
}

const everyMs = 1_000;

/**
 * Says on standard error how much there is, how fast it comes and how long the rest will take: on a terminal in one line that
 * stays, elsewhere only where it was asked for, a line at a time.
 */
export function progressOf({ total, of, isAsked }: { total: number | null; of: string; isAsked: boolean }): Progress {
  const { stderr } = process;
  if (!isAsked && !stderr.isTTY) return { say: () => {}, end: () => {} };
  // Whoever read it may have gone: the file is what was asked for.
  stderr.on("error", () => {});
  const begunAt = performance.now();
  let saidAt = begunAt;
  let hasSaid = false;
  return {
    say(soFar) {
      const now = performance.now();
      if (now - saidAt < everyMs) return;
      saidAt = now;
      hasSaid = true;
      const said = sayProgress(soFar, total, of, now - begunAt);
      stderr.write(stderr.isTTY ? `\r\u001b[K${said}` : `${said}\n`);
    },
    end() {
      if (hasSaid && stderr.isTTY) stderr.write("\r\u001b[K");
    },
  };
}

/** "120,000 of 300,000 rows (40 %), 41,000 a second, 5 s left" */
export function sayProgress(soFar: number, total: number | null, what: string, ms: number): string {
  const rate = ms > 0 ? (soFar * 1000) / ms : 0;
  const parts = [`${Math.round(rate).toLocaleString("en")} a second`];
  if (total !== null && rate > 0) parts.push(`${sayLeft(Math.max(0, total - soFar) / rate)} left`);
  const share = total ? ` (${Math.min(100, Math.floor((soFar * 100) / total))} %)` : "";
  const of = total === null ? "" : ` of ${total.toLocaleString("en")}`;
  return `${soFar.toLocaleString("en")}${of} ${what}${share}, ${parts.join(", ")}`;
}

function sayLeft(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
