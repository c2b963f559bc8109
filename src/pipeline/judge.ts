import { type Assessment, isTest } from "../model.ts";
import { point } from "../point.ts";
import { assess } from "../policies/assess.ts";
import { isExposure } from "../policies/exposure.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { itemKey } from "../policies/memory.ts";
import { snoozeOver } from "../policies/snooze.ts";
import { isSpotCheck } from "../policies/spot-check.ts";
import { testAssessment } from "../policies/test-access.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { someHasNoAddress } from "../store/intents.ts";
import * as judging from "../store/judging.ts";
import { addChanges } from "../store/memory.ts";
import { type Alias, personsOf } from "../store/people.ts";
import { type RecordEntry, seal, wake } from "../store/record.ts";
import type { AssessmentOutcome } from "../store/schema.ts";
import { factsAbout, factsFor } from "./actor-facts.ts";
import { type House, watchedVault } from "./house.ts";
import { aliasesOfActor } from "./people.ts";
import { policyVersion } from "./policy-version.ts";
import { itemSeen, type Remembered, remembered } from "./remembered.ts";
import { type Ringer, ringer } from "./ring.ts";
import { type Rules, rulesInForce, tellConfiguration } from "./rules-in-force.ts";

type Unjudged = judging.ToJudge;
type Judging = Unjudged & { personId: string };

/** So many share a commit: enough to keep up with a burst, few enough to hold no lock for long. */
const batchSize = 50;

/**
 * Judges what was recorded and isn't judged yet, oldest first, some in one transaction; returns how many. Several replicas may
 * do this at once. An access that can't be judged doesn't hold up the others: its batch is judged one by one then, and it
 * stays on the list, logged. Throws when nothing at all could be judged.
 */
export async function judge(house: House, limit = 200): Promise<number> {
  await tellConfiguration(house);
  const accesses = await judging.accessesToJudge(house.store.db, limit);
  await findUnknownAnnouncers(house, accesses);
  let judged = 0;
  let failure: unknown;
  for (let from = 0; from < accesses.length; from += batchSize) {
    const batch = accesses.slice(from, from + batchSize);
    try {
      judged += await judgeTogether(house, batch);
    } catch (error) {
      failure = error;
      if (batch.length > 1) judged += await judgeEach(house, batch);
      else house.log.error({ accessId: batch[0]?.id, error }, "access could not be judged");
    }
  }
  if (failure !== undefined && judged === 0) throw failure;
  return judged;
}

async function judgeEach(house: House, batch: Unjudged[]): Promise<number> {
  let judged = 0;
  for (const access of batch) {
    try {
      judged += await judgeTogether(house, [access]);
    } catch (error) {
      house.log.error({ accessId: access.id, error }, "access could not be judged");
    }
  }
  return judged;
}

/**
 * Some servers find people by their address and never tell it. An intent of somebody so announced is joined with the
 * vault's address by asking for it; everywhere else judging waits for nobody.
 */
async function findUnknownAnnouncers(house: House, accesses: Unjudged[]): Promise<void> {
  if (accesses.length === 0) return;
  const since = Math.min(...accesses.map(({ occurredAt }) => occurredAt.getTime()));
  if (!(await someHasNoAddress(house.store.db, new Date(since)))) return;
  const watched = accesses.filter((access) => watchedVault(house.config, access.vault.id));
  await house.people.lookUp(watched.flatMap(({ actor }) => (actor.email === null ? [] : [foldEmail(actor.email)])));
}

/** In one transaction; what another replica judges meanwhile is left to it. Returns how many were judged here. */
async function judgeTogether(house: House, batch: Unjudged[]): Promise<number> {
  const judged = await inTransaction(house.store.db, async (tx) => {
    const claimed = await judging.claimForJudging(
      tx,
      batch.map((access) => access.id),
    );
    const mine = batch.filter((access) => claimed.has(access.id));
    if (mine.length === 0) return 0;
    const now = house.clock.now();
    const accesses = await withPersons(house, tx, mine, now);
    const exposures = accesses.filter(({ action }) => isExposure(action));
    const watched = exposures.flatMap((access) => {
      if (access.isHistory) return [];
      const vault = watchedVault(house.config, access.vault.id);
      return vault ? [{ access, vault }] : [];
    });
    const rules = await rulesInForce(house, tx, exposures);
    const facts = await factsAbout(tx, exposures, house.config);
    const bell = await ringer(house, tx, watched, facts, now);
    // After the ringer has locked the sittings, so that of two replicas the second knows what the first judged.
    const memory = await remembered(tx, exposures, facts);
    const conclusions: Conclusion[] = [];
    for (const access of accesses) conclusions.push(conclude(house, access, { rules, facts, memory, bell }));
    await memory.keep();
    const changes = accesses.filter(({ action, vault }) => !isExposure(action) && watchedVault(house.config, vault.id));
    await addChanges(
      tx,
      changes.map((access) => ({ ...itemSeen(access), action: access.action })),
    );
    await bell.finish();
    const version = policyVersion(house.config);
    await judging.recordAssessments(
      tx,
      conclusions.map((one) => ({ ...one, policyVersion: one.assessment?.policyVersion ?? version, at: now })),
    );
    await seal(
      tx,
      now,
      conclusions.map((one) => entryOf(one, version)),
    );
    if (watched.length > 0) await wake(tx);
    point("judge-before-commit");
    return mine.length;
  });
  point("judge-after-commit");
  return judged;
}

/** The persons come first, because two of them may turn out to be one. */
async function withPersons(house: House, tx: Tx, batch: Unjudged[], now: Date): Promise<Judging[]> {
  const actors = new Map<string, Unjudged>();
  const keyOf = ({ source, actor }: Unjudged) => JSON.stringify([source, actor.vaultIdentity, actor.email]);
  for (const access of batch) actors.set(keyOf(access), access);
  const aliases: Alias[][] = [];
  for (const access of actors.values()) aliases.push(await aliasesOfActor(tx, access, house.config.people));
  const persons = await personsOf(tx, aliases, now);
  const known = new Map([...actors.keys()].map((key, place) => [key, persons[place] ?? ""]));
  return batch.map((access) => ({ ...access, personId: known.get(keyOf(access)) ?? "" }));
}

interface Conclusion {
  accessId: string;
  reported: string;
  actorReported: string;
  personId: string;
  outcome: AssessmentOutcome;
  assessment: Assessment | null;
  counted: judging.Counted | null;
  alertId: string | null;
  snoozeId: string | null;
  isSpotCheck: boolean;
}

/** What conclusions are drawn from, and what they lead to. */
interface Grounds {
  rules: Rules;
  facts: Awaited<ReturnType<typeof factsAbout>>;
  memory: Remembered;
  bell: Ringer;
}

function conclude(house: House, access: Judging, { rules, facts, memory, bell }: Grounds): Conclusion {
  const unjudged = { assessment: null, counted: null, alertId: null, snoozeId: null, isSpotCheck: false };
  const { id: accessId, personId, reported, actorReported } = access;
  const about = { accessId, personId, reported, actorReported, ...unjudged };
  const vault = watchedVault(house.config, access.vault.id);
  if (!isExposure(access.action)) return { ...about, outcome: vault ? "not-an-exposure" : "unwatched" };
  if (!vault || access.isHistory) {
    if (!isTest(access)) memory.add(access, null);
    return { ...about, outcome: vault ? "history" : "unwatched" };
  }
  if (isTest(access)) {
    const assessment = testAssessment(policyVersion(house.config));
    return { ...about, outcome: "test", assessment, alertId: bell.ring(access, vault, assessment) };
  }
  const config = rules.at(access.occurredAt, vault.id);
  const actor = facts.of(access);
  const vaultThen = watchedVault(config, vault.id) ?? vault;
  const asked = factsFor(access, {
    vault: vaultThen,
    config,
    actor,
    past: memory.before(access),
  });
  const assessment = assess(access, asked, policyVersion(config));
  memory.add(access, assessment);
  const { person, about: known } = actor;
  const snooze = snoozeOver(access, assessment, memory.snoozes(access), { ...person, isLookedUp: known.isLookedUp });
  const picking = { oneIn: vaultThen.followUp.spotCheck, key: memory.spotCheckKey };
  const isPicked = isSpotCheck(access, assessment, picking);
  const sound: Assessment = { ...assessment, ...(snooze && { severity: "note" }), isSpotCheck: isPicked };
  const alertId = bell.ring(access, vault, sound);
  const { source, receivedAt, occurredAt } = access;
  const counted = { vaultId: vault.id, source, receivedAt, occurredAt, itemKey: itemKey(access) };
  const snoozeId = snooze?.id ?? null;
  return { ...about, outcome: "alert", assessment, counted, alertId, snoozeId, isSpotCheck: isPicked };
}

function entryOf(conclusion: Conclusion, version: string): RecordEntry {
  const { accessId, personId, reported, actorReported: actor } = conclusion;
  const { outcome, assessment, alertId, snoozeId, isSpotCheck: isPicked } = conclusion;
  const policy = assessment?.policyVersion ?? version;
  const payload = { access: accessId, person: personId, policy, reported, actor };
  if (outcome !== "alert" && outcome !== "test") return { kind: `access ${outcome}`, payload, accessId };
  if (assessment === null) throw new Error(`access ${accessId} rings without an assessment`);
  const { state, severity, sentence, intentId } = assessment;
  const policies = assessment.findings.map((finding) => finding.policy);
  const findings = judging.digestOfFindings(assessment.findings);
  const besides = {
    ...(snoozeId !== null && { snooze: snoozeId }),
    ...(isPicked && { spotCheck: true }),
    ...(outcome === "test" && { test: true }),
  };
  return {
    kind: "access judged",
    payload: { ...payload, alert: alertId, state, severity, sentence, policies, findings, intentId, ...besides },
    accessId,
  };
}
