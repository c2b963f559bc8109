import type { Config } from "../config.ts";
import { type Access, type AccessState, isTest, type Severity } from "../model.ts";
import { assess } from "../policies/assess.ts";
import { isExposure } from "../policies/exposure.ts";
import { emptyMemory, type Memory, remember } from "../policies/memory.ts";
import { addUse, type Use } from "../policies/uses.ts";
import type { Db, Tx } from "../store/database.ts";
import { erasedWord } from "../store/erasing.ts";
import { eldersOf, type Judged, judgedAfter, readingOnly } from "../store/history.ts";
import { readClocksAhead } from "../store/memory.ts";
import { factsAbout, factsFor, type Past } from "./actor-facts.ts";
import { watchedVault } from "./house.ts";
import { policyVersion } from "./policy-version.ts";

/** How an access was, or would be, judged. `null`: it isn't one that anybody is asked about. */
export type Conclusion = { state: AccessState; severity: Severity; policies: string[] } | null;

export interface Difference {
  access: Access;
  actorName: string;
  was: Conclusion;
  wouldBe: Conclusion;
}

export interface Replayed {
  accesses: number;
  /** So many more of that time have no details any more, and can't be judged again. */
  erased: number;
  differences: Difference[];
  /** How many came out how, by "unexplained, warning" or "not watched". */
  was: Map<string, number>;
  wouldBe: Map<string, number>;
}

const pageSize = 200;
/** What happened longer ago than this before the newest is of no use to any rule but as a first or a last time. */
const forgottenMs = 35 * 24 * 60 * 60_000;

/**
 * Judges again what was reported since then, under another configuration, in one read-only pass. All that was before is gone
 * through as well, so that first times and habits are what they were. Who is who, and what Slack says of people, is as of now.
 */
export function replay(db: Db, config: Config, since: Date): Promise<Replayed> {
  return readingOnly(db, async (tx) => {
    const history = await theHistory(tx);
    const replayed: Replayed = { accesses: 0, erased: 0, differences: [], was: new Map(), wouldBe: new Map() };
    let after = "0";
    for (;;) {
      const page = await judgedAfter(tx, after, pageSize);
      if (page.length === 0) return replayed;
      await judgeAgain(tx, page, { config, since, history, replayed });
      after = page.at(-1)?.access.id ?? after;
    }
  });
}

async function judgeAgain(
  tx: Tx,
  page: Judged[],
  { config, since, history, replayed }: { config: Config; since: Date; history: History; replayed: Replayed },
): Promise<void> {
  const exposures = page.filter(({ access }) => isExposure(access.action) && !isTest(access));
  const ofTime = exposures.map(({ access }) => access).filter(({ receivedAt }) => receivedAt >= since);
  // Without device, network and address nobody can say how it would be judged.
  const asked = ofTime.filter(({ actor }) => actor.vaultIdentity !== erasedWord);
  replayed.erased += ofTime.length - asked.length;
  const facts = asked.length > 0 ? await factsAbout(tx, asked, config) : null;
  const clocks = await readClocksAhead(
    tx,
    asked.map(({ id }) => id),
  );
  for (const judged of exposures) {
    const { access } = judged;
    const vault = watchedVault(config, access.vault.id);
    const isAsked = facts !== null && asked.includes(access);
    const actor = isAsked ? facts.of(access) : null;
    let intentId = judged.intentId;
    if (actor !== null) {
      const before = history.before(access, clocks.get(access.source) ?? null);
      const assessment = vault
        ? assess(access, factsFor(access, { vault, config, actor, past: before }), policyVersion(config))
        : null;
      intentId = assessment?.intentId ?? null;
      const wouldBe: Conclusion = assessment && {
        state: assessment.state,
        severity: assessment.severity,
        policies: assessment.findings.map(({ policy }) => policy),
      };
      note(replayed, judged, access.actor.name ?? actor.person.name, wouldBe);
    }
    history.add(access, intentId);
  }
}

function note(replayed: Replayed, judged: Judged, actorName: string, wouldBe: Conclusion): void {
  const { state, severity, policies } = judged;
  const was: Conclusion = state === null || severity === null ? null : { state, severity, policies };
  replayed.accesses += 1;
  count(replayed.was, was);
  count(replayed.wouldBe, wouldBe);
  if (sayConclusion(was) === sayConclusion(wouldBe)) return;
  replayed.differences.push({ access: judged.access, actorName, was, wouldBe });
}

function count(counts: Map<string, number>, conclusion: Conclusion): void {
  const said = sayConclusion(conclusion);
  counts.set(said, (counts.get(said) ?? 0) + 1);
}

/** In the words of the alert: "looks unusual, critical". */
export function sayConclusion(conclusion: Conclusion): string {
  if (conclusion === null) return "not watched";
  const state = conclusion.state === "suspicious" ? "looks unusual" : conclusion.state;
  return `${state}, ${conclusion.severity}`;
}

interface History {
  before(access: Access, clockAheadMs: number | null): Past;
  add(access: Access, intentId: string | null): void;
}

/** What the judge had in its tables at each moment, in memory. */
async function theHistory(tx: Tx): Promise<History> {
  const elders = await eldersOf(tx);
  const elderOf = ({ personId }: Access) => elders.get(personId) ?? personId;
  const memories = new Map<string, Memory>();
  const uses = new Map<string, Use>();
  const watched = new Map<string, Date>();
  let sinceForgetting = 0;
  return {
    before: (access, clockAheadMs) => ({
      memory: memories.get(elderOf(access)) ?? emptyMemory(),
      uses,
      watchedSince: watched.get(access.vault.id) ?? null,
      clockAheadMs,
    }),
    add(access, intentId) {
      const elder = elderOf(access);
      const memory = memories.get(elder) ?? emptyMemory();
      remember(memory, access);
      memories.set(elder, memory);
      if (!watched.has(access.vault.id)) watched.set(access.vault.id, access.receivedAt);
      if (intentId !== null) addUse(uses, intentId, access.occurredAt);
      sinceForgetting += 1;
      if (sinceForgetting < 100_000) return;
      sinceForgetting = 0;
      for (const { stretches } of memories.values()) forget(stretches, access.receivedAt.getTime() - forgottenMs);
    },
  };
}

function forget(stretches: Memory["stretches"], before: number): void {
  for (const beginning of stretches.keys()) if (beginning < before) stretches.delete(beginning);
}
