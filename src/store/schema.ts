import type { ColumnType, Generated } from "kysely";
import type {
  AccessState,
  DigestFacts,
  EscalationTarget,
  Finding,
  NoticeKind,
  PolicyName,
  Recurrence,
  ResolutionOutcome,
  SettingAnswer,
  SettingChange,
  SettingKey,
  Severity,
  Trouble,
  VerdictsNeeded,
} from "../model.ts";

/** The tables as kysely sees them. bigint arrives from `pg` as a string and stays one: ids are opaque. */
export interface Schema {
  delivery: {
    id: Generated<string>;
    source: string;
    digest: Buffer;
    body: Buffer;
    body_sha256: Buffer;
    secret_id: string;
    signed_at: Date;
    received_at: Date;
    problem: Json<unknown> | null;
    conflicts_with: string | null;
    /** When what couldn't be understood was, having come again, and with which secret it was signed then. */
    understood_at: Generated<Date | null>;
    understood_secret: Generated<string | null>;
  };
  access: AccessRow;
  access_conflict: { access_id: string; content_digest: Buffer; delivery_id: string };
  unjudged: { access_id: string; is_history: Generated<boolean> };
  source: { name: string; begun_at: Date; holder: string | null; held_until: Date | null };
  source_feed: {
    source: string;
    feed: string;
    position: string | null;
    caught_up_at: Date | null;
    read_at: Date | null;
    due_at: Date;
    failures: Generated<number>;
    trouble: Trouble | null;
    trouble_since: Date | null;
    is_allowed: Generated<boolean>;
  };
  source_trouble: { id: Generated<string>; source: string; feed: string; since: Date; trouble: Trouble; told_at: Date };
  source_trouble_over: { trouble_id: string; at: Date };
  source_gap: {
    id: Generated<string>;
    source: string;
    feed: string;
    since: Date | null;
    until: Date | null;
    found_at: Date;
  };
  source_gap_told: { gap_id: string; at: Date };
  comparison_due: {
    source: string;
    feed: string;
    from_at: Date;
    until_at: Date;
    due_at: Date;
    position: string | null;
    listed: number;
    missed: Json<Record<string, number>>;
    missed_from: Date | null;
    failures: number;
  };
  source_comparison: {
    id: Generated<string>;
    source: string;
    feed: string;
    from_at: Date;
    until_at: Date;
    listed: number;
    missed: Json<Record<string, number>>;
    missed_from: Date | null;
    at: Date;
  };
  source_comparison_told: { comparison_id: string; at: Date };
  notice: {
    id: Generated<string>;
    source: string;
    event_id: string;
    kind: NoticeKind;
    occurred_at: Date;
    received_at: Date;
    actor_identity: string | null;
    actor_email: string | null;
    actor_name: string | null;
    subject_kind: "person" | "group";
    subject_identity: string;
    subject_email: string | null;
    subject_name: string | null;
    vault_id: string | null;
  };
  notice_told: { notice_id: string; channel: string; batch: string | null; at: Date };
  app_seen: {
    source: string;
    identity: string;
    app: string;
    version: string;
    email: string | null;
    name: string | null;
    last_at: Date;
  };
  item_name: { item_id: string; vault_id: string | null; title: string; imported_at: Date };
  person: { id: Generated<string>; same_as: string | null; created_at: Date };
  person_alias: { kind: AliasKind; value: string; person_id: string; learnt_at: Date };
  slack_user: SlackUserRow;
  slack_address: { slack_user_id: string; email_folded: string };
  slack_lookup: { email_folded: string; checked_at: Date };
  intent: IntentRow;
  intent_answer: {
    intent_id: string;
    round: number;
    kind: "confirmed" | "declined";
    by: string;
    at: Date;
    until: Date | null;
  };
  unused_question: { intent_id: string; round: number; slack_user_id: string; channel: string; asked_at: Date };
  unused_answer: { intent_id: string; round: number; kind: "happened" | "not-needed"; by: string; at: Date };
  intent_end: { intent_id: string; how: "done" | "cancelled"; at: Date };
  assessment: {
    access_id: string;
    person_id: string;
    outcome: AssessmentOutcome;
    state: AccessState | null;
    severity: Severity | null;
    sentence: string | null;
    findings: Json<Finding[]>;
    intent_id: string | null;
    policy_version: string;
    assessed_at: Date;
    snooze_id: Generated<string | null>;
    is_spot_check: Generated<boolean>;
    counted_vault: Generated<string | null>;
    counted_source: Generated<string | null>;
    counted_at: Generated<Date | null>;
    counted_item: Generated<string | null>;
    counted_quarter: Generated<Date | null>;
    is_after_hours: Generated<boolean | null>;
    unusual: Generated<string[] | null>;
  };
  person_item: SpanColumns & { item_key: string; last_access: string | null };
  item: { item_key: string; vault_id: string; item_id: string; title: string | null; reported_at: Date };
  item_title: { item_key: string; title: string };
  item_version: { item_key: string; version: string; first_occurred: Date; access_id: string };
  item_change: { access_id: string; item_key: string; vault_id: string; action: string; occurred_at: Date };
  silence: {
    id: Generated<string>;
    source: string;
    since: Date;
    usual_ms: string | null;
    usual_on: "weekdays" | "weekends" | null;
    told_at: Date;
  };
  silence_over: { silence_id: string; spoke_at: Date; at: Date };
  leaver: { id: Generated<string>; person_id: string; vault_id: string; begun_by: string; begun_at: Date };
  leaver_item: { leaver_id: string; place: number; item_key: string; item_id: string; at: Date };
  leaver_tick: {
    id: Generated<string>;
    leaver_id: string;
    place: number;
    is_done: boolean;
    by: string;
    at: Date;
    covers: Generated<Date | null>;
  };
  leaver_end: { leaver_id: string; by: string | null; continued_by: string | null; at: Date };
  leaver_progress: {
    id: Generated<string>;
    leaver_id: string;
    done: number;
    total: number;
    must: Generated<number | null>;
    owed: Generated<number[] | null>;
    owed_seen: Generated<number[] | null>;
    print: string;
    at: Date;
  };
  asked: {
    id: Generated<string>;
    by: string;
    by_name: string;
    question: string;
    vault_ids: string[];
    at: Date;
    is_announced: boolean;
  };
  person_context: SpanColumns & { kind: string; value: string };
  person_stretch: { person_id: string; beginning: Date; accesses: number; items: string[]; countries: string[] };
  configuration: { id: Generated<string>; since: Date; fingerprint: string; text: string; by: Generated<string[]> };
  configuration_change: { configuration_id: string; channel: string; place: number; about: string; sentence: string };
  vault_watch: { vault_id: string; vault_key: string; since: Date };
  intent_use: { intent_id: string; accesses: string; moments: Date[] };
  alert: {
    id: string;
    vault_id: string;
    person_id: string;
    opened_at: Date;
    revision: number;
    first_occurred_at: Date;
    last_occurred_at: Date;
    loudest: Generated<Severity>;
    is_quiet: Generated<boolean>;
    attend_at: Generated<Date | null>;
    asks: Generated<boolean>;
    may_wait: Generated<boolean>;
  };
  first_verdict: { alert_id: string; vault_id: string; opened_at: Date; at: Date; by: string };
  escalation: {
    alert_id: string;
    round: string;
    step: number;
    target_kind: EscalationTarget["kind"] | null;
    target: string | null;
    was_reached: boolean;
    at: Date;
  };
  acknowledgement: {
    id: Generated<string>;
    alert_id: string;
    round: string;
    revision: number;
    by: string;
    at: Date;
    until: Date;
  };
  question: { alert_id: string; slack_user_id: string; channel: string; asked_at: Date };
  answer: {
    id: Generated<string>;
    alert_id: string;
    revision: number;
    kind: "mine" | "not-mine";
    text: string | null;
    by: string;
    at: Date;
  };
  alert_access: { access_id: string; alert_id: string; revision: number };
  review: {
    id: Generated<string>;
    alert_id: string;
    revision: number;
    verdict: "expected" | "suspicious" | "undone" | "reopened";
    by: string;
    note: string | null;
    at: Date;
    needed: Generated<VerdictsNeeded>;
  };
  snooze: {
    id: Generated<string>;
    vault_id: string;
    slack_user_id: string;
    by_name: string;
    by_email: string | null;
    reason: string;
    announced_at: Date;
    ends_at: Date;
    for_slack_user_id: string | null;
    for_item_id: string | null;
    for_policy: PolicyName | null;
  };
  setting_proposal: {
    id: Generated<string>;
    vault_id: string;
    slack_user_id: string;
    by_name: string;
    by_email: string | null;
    at: Date;
    changes: Json<SettingChange[]>;
    weakens: SettingKey[];
  };
  setting_answer: { proposal_id: string; kind: SettingAnswer; by: string; at: Date };
  setting: {
    id: Generated<string>;
    vault_id: string;
    key: string;
    value: string | null;
    proposal_id: string | null;
    at: Date;
  };
  snooze_over: { snooze_id: string; at: Date };
  snooze_end: { snooze_id: string; by: string; at: Date };
  what_now: {
    alert_id: string;
    review_id: string;
    whom_to_call: string | null;
    how_to_freeze: string | null;
    steps: string[];
    link: string | null;
    opened_at: Date;
    flood_id: Generated<string | null>;
    with_alert: Generated<string | null>;
  };
  what_now_tick: {
    id: Generated<string>;
    alert_id: string;
    step: number;
    is_done: boolean;
    by: string;
    at: Date;
  };
  resolution: {
    review_id: string;
    alert_id: string;
    outcome: ResolutionOutcome;
    note: string;
    by: string;
    at: Date;
  };
  digest_channel: { channel: string; since: Date };
  digest: {
    id: Generated<string>;
    channel: string;
    period: string;
    starts_at: Date;
    ends_at: Date;
    missed: number;
    missed_since: Date | null;
    made_at: Date;
    facts: Json<DigestFacts>;
    head_seq: string;
    head_hash: Buffer;
  };
  digest_vault: { vault_id: string; ends_at: Date; starts_at: Date | null; digest_id: string | null };
  digest_alert: { digest_id: string; place: number; alert_id: string };
  digest_read: { digest_id: string; slack_user_id: string; name: string; at: Date };
  digest_picture_failure: { digest_id: string; attempt: number; at: Date; trouble: string };
  digest_picture_again: { digest_id: string; attempt: number; begun_at: Date };
  digest_picture: { digest_id: string; begun_at: Date };
  digest_picture_uploaded: { digest_id: string; file_id: string; at: Date };
  message: MessageRow;
  flood_alert: { message_id: string; alert_id: string; revision: number; since: number };
  lane: { channel: string; free_at: Date; holder: string | null; held_until: Date | null; flooded_at: Date | null };
  pace: { method: string; tat: Date };
  outage: {
    id: Generated<string>;
    began_at: Date;
    ended_at: Date | null;
    told_at: Date | null;
    told_alerts: Generated<number>;
    told_end: Generated<boolean>;
  };
  home: HomeRow;
  record: {
    seq: string;
    at: Date;
    kind: string;
    /** Null: erased, and its digest is kept. */
    payload: Buffer | null;
    payload_digest: Buffer | null;
    hash: Buffer;
    access_id: string | null;
  };
  erasure: {
    id: Generated<string>;
    what: "bodies" | "details" | "words" | "person";
    at: Date;
    before: Date | null;
    person_id: string | null;
    vault_id: string | null;
    except_vaults: Generated<string[]>;
    up_to: string;
    erased: string;
    in_order: Generated<boolean>;
  };
  record_head: { one: Generated<boolean>; seq: string; hash: Buffer };
}

export type AliasKind = "vault" | "email" | "slack";
export type AssessmentOutcome = "alert" | "test" | "unwatched" | "not-an-exposure" | "history";
export type MessageKind =
  | "alert"
  | "intent"
  | "note"
  | "flood"
  | "escalation"
  | "question"
  | AftermathKind
  | "snooze"
  | "digest"
  | "configuration"
  | "asked"
  | "setting"
  | "leaver"
  | "silence"
  | "source"
  | "notice";
/** What a Suspicious brings with it: the card and the timeline in the thread, and a message to the security channel. */
type AftermathKind = "what-now" | "timeline" | "security";

interface AccessRow {
  id: Generated<string>;
  digest: Buffer;
  delivery_id: string;
  source: string;
  event_id: string;
  action: string;
  occurred_at: Date;
  received_at: Date;
  actor_identity: string | null;
  actor_email: string | null;
  actor_name: string | null;
  vault_id: string;
  vault_name: string | null;
  item_id: string;
  item_title: string | null;
  item_version: string | null;
  item_category: string | null;
  client_app: string | null;
  client_version: string | null;
  client_platform: string | null;
  client_device: string | null;
  ip: string | null;
  country: string | null;
  city: string | null;
}

interface SpanColumns {
  person_id: string;
  first_occurred: Date;
  last_occurred: Date;
  accesses: string;
}

interface SlackUserRow {
  id: string;
  team_id: string | null;
  name: string;
  email: string | null;
  email_folded: string | null;
  timezone: string | null;
  is_bot: boolean;
  is_deactivated: boolean;
  is_guest: boolean;
  is_stranger: boolean;
  status_text: string | null;
  status_emoji: string | null;
  status_until: Date | null;
  checked_at: Date;
}

interface IntentRow {
  id: Generated<string>;
  person_id: string;
  slack_user_id: string;
  purpose: string;
  announced_at: Date;
  starts_at: Date;
  ends_at: Date;
  vault_id: string | null;
  item_id: string | null;
  most_uses: number | null;
  ticket: string | null;
  pressed: string | null;
  recurrence: Json<Recurrence> | null;
}

interface MessageRow {
  id: Generated<string>;
  kind: MessageKind;
  subject: string;
  channel: string;
  wanted: Generated<number>;
  shown: Generated<number>;
  ts: string | null;
  urgency: number;
  behind_since: Date;
  due_at: Date;
  redraw_at: Date | null;
  attempts: Generated<number>;
  unsure_since: Date | null;
  unsure_looks: Generated<number>;
  trouble: string | null;
  /** What a flood message shows of it, or what an e-mail told of a digest. */
  covered: Generated<number>;
  sweep_at: Generated<Date | null>;
  sweep_since: Generated<Date | null>;
  sweeps: Generated<number>;
}

interface HomeRow {
  slack_user_id: string;
  opened_at: Date;
  page: Generated<number>;
  drawn_seq: Generated<string>;
  drawn_at: Date;
  redraw_at: Generated<Date | null>;
  view_id: Generated<string | null>;
  hash: Generated<string | null>;
  print: Generated<string | null>;
  trouble: Generated<string | null>;
}

/** jsonb: read as a value, written as text. */
type Json<T> = ColumnType<T, string, string>;
