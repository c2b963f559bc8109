import { randomBytes } from "node:crypto";
import type { Access, Assessment, WatchedVault } from "../model.ts";
import { point } from "../point.ts";
import { assess } from "../policies/assess.ts";
import { isExposure } from "../policies/exposure.ts";
import { foldEmail } from "../policies/fold-email.ts";
import { joinSitting } from "../policies/sitting.ts";
import { inTransaction, type Tx } from "../store/database.ts";
import { intentsBetween, someHasNoAddress } from "../store/intents.ts";
import * as judging from "../store/judging.ts";
import { urgency, want, wantAnew } from "../store/messages.ts";
import { allIdsOf, personOf, readPerson } from "../store/people.ts";
import { type RecordEntry, seal, wake } from "../store/record.ts";
import { type House, watchedVault } from "./house.ts";
import { louderNote } from "./notes.ts";
import { aliasesOfActor } from "./people.ts";
import { policyVersion } from "./policy-version.ts";

const day = 24 * 60 * 60_000;
const editPauseMs = 2_000;
/** Longer than any sitting can reach, and than any intent that a sentence would mention. */
const lookBackMs = 2 * day;

/**
 * Judges what was recorded and isn't judged yet, oldest first, each in a transaction of its own; returns how many.
 * Several replicas may do this at once. An access that can't be judged doesn't hold up the others: it stays on the
 * list, is logged, and the error is thrown at the end.
 */
export async function judge(house: House, limit = 200): Promise<number> {
  const accesses = await judging.accessesToJudge(house.store.db, limit);
  await findUnknownAnnouncers(house, accesses);
  let judged = 0;
  let failure: unknown;
  for (const access of accesses) {
    try {
      if (await inTransaction(house.store.db, (tx) => judgeOne(house, tx, access))) judged += 1;
      point("judge-after-commit");
    } catch (error) {
      house.log.error({ accessId: access.id, error }, "access could not be judged");
      failure = error;
    }
  }
  if (failure !== undefined && judged === 0) throw failure;
  return judged;
}

/**
 * Some servers find people by their address and never tell it. An intent of somebody so announced is joined with the
 * vault's address by asking for it; everywhere else judging waits for nobody.
 */
async function findUnknownAnnouncers(house: House, accesses: Omit<Access, "personId">[]): Promise<void> {
  if (accesses.length === 0) return;
  const since = Math.min(...accesses.map(({ occurredAt }) => occurredAt.getTime()));
  if (!(await someHasNoAddress(house.store.db, new Date(since)))) return;
  const watched = accesses.filter((access) => watchedVault(house.config, access.vault.id));
  await house.people.lookUp(watched.flatMap(({ actor }) => (actor.email === null ? [] : [foldEmail(actor.email)])));
}

/** False: another replica judges it, or did. */
async function judgeOne(house: House, tx: Tx, access: Omit<Access, "personId">): Promise<boolean> {
  if (!(await judging.claimForJudging(tx, access.id))) return false;
  const now = house.clock.now();
  const personId = await personOf(tx, await aliasesOfActor(tx, access, house.config.people), now);
  const vault = watchedVault(house.config, access.vault.id);
  const outcome = !vault ? "unwatched" : isExposure(access.action) ? "alert" : "not-an-exposure";
  let assessment: Assessment | null = null;
  let entry: RecordEntry = { kind: `access ${outcome}`, payload: { access: access.id, person: personId } };
  if (vault && outcome === "alert") {
    assessment = await conclude(house, tx, { ...access, personId }, vault);
    const alertId = await ring(house, tx, { ...access, personId }, vault, assessment, now);
    const { state, severity, sentence, intentId } = assessment;
    entry = {
      kind: "access judged",
      payload: { ...entry.payload, alert: alertId, state, severity, sentence, intentId },
    };
  }
  const version = policyVersion(house.config);
  await judging.recordAssessment(tx, {
    accessId: access.id,
    personId,
    outcome,
    assessment,
    policyVersion: version,
    at: now,
  });
  await seal(tx, now, [{ ...entry, payload: { ...entry.payload, policy: version } }]);
  if (outcome === "alert") await wake(tx);
  point("judge-before-commit");
  return true;
}

async function conclude(house: House, tx: Tx, access: Access, vault: WatchedVault): Promise<Assessment> {
  const personIds = await allIdsOf(tx, access.personId);
  const from = new Date(access.occurredAt.getTime() - lookBackMs);
  const until = new Date(Math.max(access.occurredAt.getTime(), access.receivedAt.getTime()));
  const person = await readPerson(tx, access.personId);
  const slackUserId = person.slack.kind === "matched" ? person.slack.user.id : null;
  const intents = await intentsBetween(tx, { personIds, slackUserId }, from, until);
  const facts = { vault, vaults: house.config.vaults, actorName: access.actor.name ?? person.name, intents };
  return assess(access, facts, policyVersion(house.config));
}

/** Opens an alert for the access, or grows the one of its sitting. Returns the alert's id. */
async function ring(
  house: House,
  tx: Tx,
  access: Access,
  vault: WatchedVault,
  assessment: Assessment,
  now: Date,
): Promise<string> {
  await judging.oneAtATime(tx, access.personId, vault.id);
  const personIds = await allIdsOf(tx, access.personId);
  const occurredAt = access.occurredAt.getTime();
  const around = [new Date(occurredAt - day), new Date(occurredAt + day)] as const;
  const sittings = await judging.sittingsAround(tx, personIds, vault.id, ...around);
  const joined = joinSitting(sittings, access.occurredAt, house.config.sittingMinutes);
  if (joined === null) {
    const id = randomBytes(16).toString("hex");
    await judging.openAlert(tx, {
      id,
      vaultId: vault.id,
      personId: access.personId,
      accessId: access.id,
      occurredAt: access.occurredAt,
      at: now,
    });
    await want(tx, {
      kind: "alert",
      subject: id,
      channel: vault.channel,
      urgency: urgency[assessment.severity],
      at: now,
    });
    return id;
  }
  const loudestBefore = await judging.loudestOf(tx, joined);
  const revision = await judging.growAlert(tx, { id: joined, accessId: access.id, occurredAt: access.occurredAt });
  // What is critical is shown at once; the rest waits a moment, so that a burst costs one edit.
  const pauseMs = assessment.severity === "critical" ? 0 : editPauseMs;
  await wantAnew(tx, "alert", joined, now, { louder: urgency[assessment.severity], pauseMs });
  if (assessment.severity === "critical" && loudestBefore !== "critical") {
    // An edit makes no sound, and this must be heard.
    await want(tx, {
      kind: "note",
      subject: louderNote(joined, revision),
      channel: vault.channel,
      urgency: urgency.critical,
      at: now,
    });
  }
  return joined;
}
