import { randomBytes } from "node:crypto";
import { apply, type Change, emptyState, type State } from "./changes.ts";
import { openJournal } from "./journal.ts";
import type { SandboxClock, SandboxOptions } from "./types.ts";

/** The workspace's state and the only way to change it: `commit` writes the journal, then makes the change true. */
export interface Workspace {
  readonly state: State;
  readonly options: SandboxOptions;
  /** The clock given to the sandbox, with its moves on the record. */
  readonly clock: SandboxClock;
  readonly commands: readonly string[];
  /** What the bot token may do, and whether it still counts; changed by administrators only. */
  readonly access: { scopes: string[]; refusal: string | undefined };
  base: string;
  commit(change: Change): void;
  /** Called after every change; returns the way to stop. */
  watch(watcher: (change: Change) => void): () => void;
  /** A message timestamp that is newer than every other in the workspace. */
  nextTs(): string;
  nextId(prefix: string): string;
  close(): void;
}

export function openWorkspace(options: SandboxOptions): Workspace {
  const state = emptyState(options.workspace);
  const { lines, journal } = options.journalFile
    ? openJournal(options.journalFile)
    : { lines: [], journal: { append: () => {}, close: () => {} } };
  for (const { change } of lines) apply(state, change);
  catchUp(options.clock, lines);

  const watchers = new Set<(change: Change) => void>();
  let isClosed = false;
  const commit = (change: Change) => {
    if (isClosed) throw new Error("The sandbox is closed.");
    journal.append({ at: options.clock.now().toISOString(), movedByMs: options.clock.movedByMs, change });
    apply(state, change);
    for (const watcher of watchers) watcher(change);
  };
  return {
    state,
    options,
    clock: recordedClock(options.clock, commit),
    commands: options.commands ?? ["/intent"],
    access: { scopes: [...options.scopes], refusal: undefined },
    base: "http://127.0.0.1",
    commit,
    watch: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    nextTs: () => {
      state.lastTs = Math.max(state.lastTs + 1, options.clock.now().getTime() * 1000);
      return formatTs(state.lastTs);
    },
    nextId: (prefix) => prefix + randomBytes(6).toString("hex").toUpperCase(),
    close: () => {
      if (isClosed) return;
      isClosed = true;
      journal.close();
    },
  };
}

function formatTs(microseconds: number): string {
  return `${Math.floor(microseconds / 1e6)}.${String(microseconds % 1e6).padStart(6, "0")}`;
}

/** A restart must not go back in time: neither behind the moves that were made nor behind the newest line. */
function catchUp(clock: SandboxClock, lines: readonly { at: string; movedByMs: number }[]): void {
  const last = lines.at(-1);
  if (last === undefined) return;
  if (last.movedByMs > clock.movedByMs) clock.moveBy(last.movedByMs - clock.movedByMs);
  const at = new Date(last.at);
  if (at > clock.now()) clock.moveTo(at);
}

function recordedClock(clock: SandboxClock, commit: (change: Change) => void): SandboxClock {
  const recorded = (move: () => void) => {
    move();
    commit({ kind: "clock-moved" });
  };
  return {
    now: () => clock.now(),
    moveBy: (ms) => recorded(() => clock.moveBy(ms)),
    moveTo: (instant) => recorded(() => clock.moveTo(instant)),
    get movedByMs() {
      return clock.movedByMs;
    },
  };
}
