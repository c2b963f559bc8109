import { spawnSync } from "node:child_process";
import type { PointName } from "../../src/point.ts";
import type { Death } from "./scenario.ts";

/** Each with the passings at which a process may die there. The twin's removal needs two processes: replicas.test.ts. */
export const killPoints: { point: PointName; nth: number[] }[] = [
  { point: "start-after-migrate", nth: [1] },
  { point: "ingest-before-commit", nth: [1, 2, 3] },
  { point: "ingest-after-commit", nth: [1, 2, 3] },
  { point: "judge-before-commit", nth: [1, 2] },
  { point: "judge-after-commit", nth: [1, 2] },
  { point: "delivery-after-claim", nth: [1, 2, 3] },
  { point: "delivery-after-begin", nth: [1, 2, 3] },
  { point: "delivery-after-answer", nth: [1, 2, 3] },
  { point: "delivery-after-record", nth: [1, 2, 3] },
  { point: "delivery-before-edit", nth: [1, 2, 3] },
  { point: "delivery-after-edit", nth: [1, 2, 3] },
  { point: "review-before-commit", nth: [1, 2] },
  { point: "review-after-commit", nth: [1, 2] },
  { point: "poll-after-answer", nth: [1, 2, 3] },
  { point: "poll-before-commit", nth: [1, 2, 3] },
  { point: "poll-after-commit", nth: [1, 2, 3] },
  { point: "stop", nth: [1] },
];

const syscallGroups = ["write,writev,sendto,sendmsg", "read,recvfrom,recvmsg", "epoll_wait,epoll_pwait", "futex"];

/** mulberry32: small, seeded, good enough to choose by. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many kills, in scenarios of `lives` each: every point in turn, and between them syscalls and moments. */
export function planKills(kills: number, lives: number, random: () => number, hasStrace: boolean): Death[][] {
  const pick = <T>(list: T[]): T => list[Math.floor(random() * list.length)] as T;
  let turn = Math.floor(random() * killPoints.length);
  const next = (n: number): Death => {
    if (n % 5 === 3 && hasStrace) {
      return { kind: "syscall", syscalls: pick(syscallGroups), nth: 1 + Math.floor(random() ** 2 * 300) };
    }
    if (n % 5 === 4) return { kind: "moment", afterMs: 300 + random() * 3_000 };
    const { point, nth } = killPoints[turn++ % killPoints.length] as (typeof killPoints)[number];
    return { kind: "point", point, nth: pick(nth) };
  };
  const scenarios: Death[][] = [];
  for (let n = 0; n < kills; ) {
    const deaths: Death[] = [];
    // Now and then somebody dies between a post and its record, and the next one while looking for that post.
    if (scenarios.length % 5 === 2 && kills - n >= 2) {
      deaths.push({ kind: "point", point: "delivery-after-begin", nth: 1 });
      deaths.push({ kind: "point", point: "delivery-after-look", nth: 1 + (scenarios.length % 2) });
    }
    while (deaths.length < lives && n + deaths.length < kills) deaths.push(next(n + deaths.length));
    n += deaths.length;
    scenarios.push(deaths);
  }
  return scenarios;
}

export function hasStrace(): boolean {
  return spawnSync("strace", ["-e", "inject=getpid:retval=1:when=1", "true"], { stdio: "ignore" }).status === 0;
}
