import { channel } from "node:diagnostics_channel";

/** Moments at which a process may die. Tests kill it there (test/processes); nobody else listens. */
export type PointName =
  | "start-after-migrate"
  | "ingest-before-commit"
  | "ingest-after-commit"
  | "judge-before-commit"
  | "judge-after-commit"
  | "delivery-after-claim"
  | "delivery-after-begin"
  | "delivery-after-answer"
  | "delivery-after-record"
  | "delivery-after-look"
  | "delivery-before-edit"
  | "delivery-after-edit"
  | "delivery-before-twin-removal"
  | "review-before-commit"
  | "review-after-commit"
  | "poll-after-answer"
  | "poll-before-commit"
  | "poll-after-commit"
  | "stop";

const points = channel("vaultbell:point");

/** Says that this moment is passed, to whoever listens on `node:diagnostics_channel`. */
export function point(name: PointName): void {
  if (points.hasSubscribers) points.publish({ name });
}

/** Whether somebody waits for points to be passed: then only what is done in earnest may pass one. */
export function pointsAreWatched(): boolean {
  return points.hasSubscribers;
}
