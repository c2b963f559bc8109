import type { Family } from "../families.ts";

/** A bug on purpose: one protection of the product is taken away. The simulation must notice. */
export interface PlantedBug {
  name: string;
  /** What is replaced in which file; each must be there exactly once, or the bug can't be planted. */
  changes: { file: string; from: string | RegExp; to: string }[];
  /** Families that are rare, and without which nobody can notice. */
  always?: readonly Family[];
}

const bug = (
  name: string,
  file: string,
  from: string | RegExp,
  to: string,
  always: readonly Family[] = [],
): PlantedBug => ({
  name,
  changes: [{ file, from, to }],
  always,
});

const delivery = "src/bot/delivery.ts";
const lanes = "src/store/lanes.ts";
const review = "src/pipeline/review.ts";
const eligibility = "src/policies/eligibility.ts";
const escalation = "src/policies/escalation.ts";
const asking = "src/pipeline/ask.ts";
const groupCommit = "migrations/0005_quick_ingest.sql";
const fallback = "src/pipeline/fallback.ts";

export const plantedBugs: PlantedBug[] = [
  bug(
    "acknowledged-before-the-commit",
    "src/store/ingest.ts",
    "      const outcomes = await",
    `      for (const { answer, delivery } of group) {
        const duplicates = delivery.content.kind === "accesses" ? delivery.content.accesses.length : 0;
        for (const tell of answer) tell({ kind: "recorded", accepted: 0, duplicates });
      }
      const outcomes = await`,
  ),
  {
    name: "the-key-that-makes-once-is-gone",
    changes: [
      {
        file: "migrations/0001_the_bell.sql",
        from: "digest bytea not null unique check",
        to: "digest bytea not null check",
      },
      { file: groupCommit, from: /on conflict \(digest\) do nothing\n/, to: "\n" },
    ],
  },
  bug("duplicates-are-not-counted", "src/store/deliveries.ts", "content.accesses.length - count", "0"),
  bug("conflicts-are-dropped", groupCommit, "where told.content <> row(", "where false and told.content <> row("),
  bug(
    "a-post-is-not-marked-before-it-begins",
    lanes,
    /sql`coalesce\(unsure_since, \$\{now\}::timestamptz\)`/,
    "sql`null::timestamptz`",
  ),
  bug(
    "a-failed-post-is-repeated-blindly",
    delivery,
    "    ts = await callPost(parts, message, drawing, drawing.blocks);",
    `    const again = () => callPost(parts, message, drawing, drawing.blocks);
    ts = await again().catch(again);`,
  ),
  bug(
    "shown-before-it-was-posted",
    delivery,
    'point("delivery-after-begin");',
    `await parts.db.updateTable("message").set((is) => ({ shown: is.ref("wanted") })).where("id", "=", message.id).execute();`,
  ),
  bug("the-lease-is-not-looked-at", lanes, " and exists (select from held)", "", ["slow", "crash"]),
  bug("a-held-lane-is-taken", lanes, /and \(held_until is null or \$\{isOver\(heldUntil, now, leaseMs\)\}\)/, ""),
  bug(
    "a-dead-holder-keeps-its-lane",
    lanes,
    /\(held_until is null or \$\{isOver\(heldUntil, now, leaseMs\)\}\)/,
    "held_until is null",
  ),
  bug(
    "slack-is-not-looked-through",
    delivery,
    "const found = await lookForIt(parts, message, message.unsureSince);",
    'const found = null as string | null | "unclear";',
  ),
  bug("slack-is-looked-through-once", delivery, "const looksInVain = 2;", "const looksInVain = 1;"),
  bug("late-copies-stay", delivery, "if (ts !== message.ts) await removeTwin(parts, message, ts);", "void ts;"),
  bug("late-copies-are-not-looked-for", delivery, "sweep: since && { since, at },", "sweep: null,"),
  bug("a-refusal-makes-forget-an-unknown-outcome", lanes, /unsure_since: message\.unsureSince,/, "unsure_since: null,"),
  bug(
    "retry-after-is-ignored",
    delivery,
    'return trouble.kind === "later" ? trouble.afterMs : postPauseMs;',
    "return postPauseMs;",
    ["rate-limit"],
  ),
  bug(
    "retry-after-is-ignored-for-edits",
    delivery,
    'if (trouble.kind === "later") await noEditsBefore(parts.db, later(parts, trouble.afterMs));',
    "",
    ["rate-limit"],
  ),
  bug("no-pause-between-posts", delivery, "const postPauseMs = 1_000;", "const postPauseMs = 0;"),
  bug(
    "given-up-after-a-refusal",
    delivery,
    "return Math.min(5_000 * 2 **",
    "return 86_400_000 + Math.min(5_000 * 2 **",
  ),
  bug("the-version-is-read-after-the-facts", lanes, "shown: shown.version,", "shown: sql<number>`wanted`,"),
  bug("a-verdict-is-not-shown", review, "await standingChanged(tx, alertId, now);", "void standingChanged;"),
  bug(
    "the-end-of-an-intent-is-not-shown",
    "src/pipeline/announce.ts",
    'await wantAnew(tx, "intent", intent.id, now);',
    "",
  ),
  bug(
    "a-grown-alert-is-not-shown",
    "src/pipeline/ring.ts",
    'await wantAllAnew(tx, "alert", anew, now);',
    "void [wantAllAnew, anew];",
  ),
  bug(
    "people-are-compared-by-name",
    eligibility,
    "if (users.some((user) => user.id === clicker.id)) return true;",
    "if (users.some((user) => user.name === clicker.name)) return true;",
  ),
  bug(
    "only-the-vaults-identity-is-compared",
    eligibility,
    "const users = slackUsersOf(person);",
    "if (person) return person.vaultIdentities.includes(clicker.id);\n  const users = slackUsersOf(person);",
  ),
  bug("guests-may-judge", eligibility, 'return clicker.isGuest ? "guest" : null;', "return null;"),
  bug(
    "a-click-covers-what-it-did-not-show",
    "src/policies/standing.ts",
    "const revision = Math.min(clickedRevision, newest);",
    "const revision = clickedRevision > 0 ? newest : newest;",
  ),
  bug("the-alert-is-not-locked", review, "await lockAlert(tx, click.alertId);", "void lockAlert;", ["interleaving"]),
  bug(
    "an-own-click-is-not-told",
    review,
    'if (reason === "own-access") await tellTheThread(tx, alert, vault, click.clickerId, now);',
    "void tellTheThread;",
  ),
  bug(
    "sealed-outside-the-transaction",
    "src/pipeline/announce.ts",
    /await seal\(tx, now, (\[\{ kind: "intent announced"[^;]*\])\);/,
    "await inTransaction(house.store.db, (other) => seal(other, now, $1));",
  ),
  bug(
    "the-record-has-gaps",
    "migrations/0014_a_record_to_check.sql",
    "set seq = head.seq + cardinality(new.kinds)",
    "set seq = head.seq + cardinality(new.kinds) + (random() < 0.1)::integer",
  ),
  {
    name: "an-intent-is-compared-with-the-arrival-alone",
    changes: [
      {
        file: "src/policies/covers.ts",
        from: "intent.announcedAt <= access.occurredAt && intent.announcedAt <= access.receivedAt",
        to: "intent.announcedAt <= access.receivedAt",
      },
      {
        file: "src/policies/covers.ts",
        from: "standsAt(intent, access.occurredAt)",
        to: "standsAt(intent, access.receivedAt)",
      },
    ],
  },
  bug(
    "an-ended-intent-still-explains",
    "src/policies/covers.ts",
    "return intent.end !== null && intent.end.at < intent.endsAt ? intent.end.at : intent.endsAt;",
    "return intent.endsAt;",
  ),
  bug(
    "a-late-edit-is-not-made-good",
    delivery,
    'if (trouble.kind === "unsure") await lanes.editUnsure(parts.db, message.id, parts.clock.now(), until, trouble.code);\n    else ',
    "",
  ),
  bug(
    "an-unsure-edit-is-forgotten-after-the-next",
    lanes,
    "    unsure_since: unsure,\n    redraw_at:",
    "    redraw_at:",
    ["late-edit"],
  ),
  {
    ...bug("a-flood-is-not-on-the-record", delivery, "if (alerts > 0) await seal(", "if (alerts < 0) await seal("),
    always: ["flood"],
  },
  {
    ...bug("a-flood-is-shown-one-by-one", delivery, "if (!isFlood(", "if (parts || !isFlood("),
    always: ["flood"],
  },
  {
    ...bug(
      "what-a-flood-shows-is-told-as-unshown",
      "src/store/outages.ts",
      "flood_alert.alert_id = own.subject and flood.ts is not null",
      "flood_alert.alert_id = flood.subject and flood.ts is not null",
    ),
    always: ["flood", "outage"],
  },
  {
    ...bug(
      "an-outage-is-not-told",
      fallback,
      "if (sendMail === null || to.length === 0) return true;",
      "if (mail) return true;",
    ),
    always: ["outage"],
  },
  {
    ...bug(
      "a-mail-that-was-refused-is-forgotten",
      fallback,
      "else await notTold(db, outage.id);",
      "else await told(db, outage.id, 1);\n    void notTold;",
    ),
    always: ["outage", "mail-refused"],
  },
  bug(
    "a-verdict-does-not-end-an-escalation",
    escalation,
    'if (stands.kind === "decided") return null;\n  const covered',
    "const covered",
    ["followed-up"],
  ),
  bug(
    "steps-come-before-their-time",
    escalation,
    "return new Date(round.since.getTime() + minutes * minuteMs);",
    "return new Date(round.since.getTime() + (minutes * minuteMs) / 2);",
    ["followed-up"],
  ),
  bug(
    "who-looks-into-it-holds-nothing-back",
    escalation,
    "acknowledgementOf(facts)?.until ?? null;",
    "acknowledgementOf({ ...facts, acknowledged: [] })?.until ?? null;",
    ["followed-up"],
  ),
  bug(
    "a-denial-calls-nobody",
    escalation,
    "if (deniedAt && deniedAt >= since) return independentManagers > 0;",
    "if (deniedAt && deniedAt >= since) return false;",
    ["followed-up"],
  ),
  bug("an-alert-is-looked-at-once", "src/store/escalations.ts", "set({ attend_at: at })", "set({ attend_at: null })", [
    "followed-up",
  ]),
  bug("an-answer-is-not-shown", "src/bot/views/alert.ts", "answers.slice(-3)", "answers.slice(0, 0)", ["followed-up"]),
  bug("anybody-answers", asking, 'question.askedOf !== by ? "not-asked" : isOurs', "isOurs", ["followed-up"]),
  bug(
    "a-denial-can-be-taken-back",
    asking,
    'const already = denial(question) ? "not-mine" : isSaid ? what : null;',
    "void denial; const already = isSaid ? what : null;",
    ["followed-up"],
  ),
  {
    name: "each-replica-makes-a-digest",
    always: ["digests", "interleaving"],
    changes: [
      { file: "src/pipeline/digest.ts", from: "await lockDigests(tx, channel, vaultIds);", to: "void lockDigests;" },
      { file: "migrations/0015_digest.sql", from: "unique (channel, period)", to: "check (true)" },
      {
        file: "migrations/0050_told_by_vault.sql",
        from: "where of_it.ends_at > told.up_to;",
        to: "where of_it.ends_at > told.up_to on conflict do nothing;",
      },
      {
        file: "src/store/digests.ts",
        from: '.onConflict((conflict) => conflict.columns(["channel", "period"]).doNothing())',
        to: "",
      },
    ],
  },
  bug("a-late-digest-says-nothing", "src/bot/views/digest.ts", "if (lateBy >= lateMs)", "if (lateBy < 0)", ["digests"]),
  bug(
    "a-digest-counts-the-next-week-too",
    "src/store/digest-facts.ts",
    /(counted_at >= told\.starts_at) and counted_at < told\.ends_at\n/,
    "$1\n",
    ["digests"],
  ),
  bug("two-sittings-at-once", "src/pipeline/ring.ts", 'await judging.oneAtATime(tx, "sitting", keys);', "", [
    "interleaving",
  ]),
];
