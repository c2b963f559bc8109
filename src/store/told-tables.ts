/** A table, and the entries that its rows were made with. */
export interface Told {
  what: string;
  /** Kinds of entries, as a list for `in`. */
  kinds: string;
  from: string;
  /** When, as the entry has it; `null`: the entry was made a moment later, and the ids tell which it is. */
  at: string | null;
  /** What stays, each as the row has it and as the payload (`said`) does; compared as text. */
  says: [row: string, entry: string][];
  /** What may be erased, and whether it was; `mayBeUnsaid`: what looks so may never have been said. */
  words?: { says: [row: string, entry: string][]; areGone: string; mayBeUnsaid?: boolean };
}

/** As JSON has it. */
export const instant = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const field = (name: string) => `said ->> '${name}'`;
/** Columns whose payload has the same by another name, or by their own. */
const same = (...names: (string | [column: string, name: string])[]): [string, string][] =>
  names.map((one) => (typeof one === "string" ? [one, field(one)] : [one[0], field(one[1])]));

export const told: Told[] = [
  {
    what: "deliveries",
    kinds: "'delivery recorded', 'delivery quarantined'",
    // What was understood when it came again was quarantined before.
    from: `(select id, source, secret_id, body_sha256, true as is_quarantined,
                   case when understood_at is null then conflicts_with end as conflicts_with, 0 as accepted
              from delivery where problem is not null or understood_at is not null
            union all
            select id, source, coalesce(understood_secret, secret_id), body_sha256, false, conflicts_with, coalesce(accepted, 0)
              from delivery left join (select delivery_id, count(*) as accepted from access group by 1) as of_it on of_it.delivery_id = delivery.id
             where problem is null) as delivery`,
    at: null,
    says: [
      ["case when is_quarantined then 'delivery quarantined' else 'delivery recorded' end", "kind"],
      ...same(["id", "delivery"], "source", ["secret_id", "secret"], ["encode(body_sha256, 'hex')", "bodySha256"]),
      ["accepted", "coalesce(said ->> 'accepted', '0')"],
      ...same(["conflicts_with", "conflictsWith"]),
    ],
  },
  {
    what: "verdicts",
    kinds: "'review'",
    from: "review",
    at: "at",
    says: [
      ...same(["id", "review"], ["alert_id", "alert"], "revision", "verdict", "by"),
      ["needed", "coalesce(said ->> 'needed', '1')"],
    ],
    words: { says: same("note"), areGone: "note = 'erased'" },
  },
  {
    what: "resolutions",
    kinds: "'resolved'",
    from: "resolution",
    at: "at",
    says: same(["review_id", "review"], ["alert_id", "alert"], "outcome", "by"),
    words: { says: same("note"), areGone: "note = 'erased'" },
  },
  {
    what: "cards handed out",
    kinds: "'what-now handed out'",
    from: "what_now",
    at: "opened_at",
    says: [
      ...same(["alert_id", "alert"], ["review_id", "review"], ["with_alert", "with"]),
      // Whoever shares another's card has that one's.
      [
        "case when with_alert is null then jsonb_build_object('call', whom_to_call, 'freeze', how_to_freeze, 'steps', steps, 'link', link) end",
        "said -> 'card'",
      ],
    ],
  },
  {
    what: "questions to people",
    kinds: "'actor asked'",
    from: "question",
    at: "asked_at",
    says: same(["alert_id", "alert"], ["slack_user_id", "askedOf"]),
  },
  {
    what: "answers",
    kinds: "'actor answered'",
    from: "answer",
    at: "at",
    says: same(["alert_id", "alert"], "revision", "by", ["kind", "said"]),
    words: { says: same("text"), areGone: "text = 'erased'" },
  },
  {
    what: "acknowledgements",
    kinds: "'acknowledged'",
    from: "acknowledgement",
    at: "at",
    says: same(["alert_id", "alert"], "round", "revision", "by", [instant("until"), "until"]),
  },
  {
    what: "escalations",
    kinds: "'escalated'",
    from: "escalation",
    at: "at",
    says: [
      ...same(["alert_id", "alert"], "round", "step", ["coalesce(target, 'managers')", "to"]),
      ["was_reached", "coalesce(said -> 'channels', '[]') <> '[]'"],
    ],
  },
  {
    what: "steps ticked",
    kinds: "'step ticked', 'step unticked'",
    from: "what_now_tick left join what_now using (alert_id)",
    at: "at",
    says: [
      ["case when is_done then 'step ticked' else 'step unticked' end", "kind"],
      ...same(["alert_id", "alert"], ["steps[step + 1]", "step"], "by"),
    ],
  },
  {
    what: "purposes",
    kinds: "'intent announced'",
    from: "intent",
    at: "announced_at",
    says: [
      ...same("id", ["person_id", "personId"], ["slack_user_id", "slackUserId"], [instant("starts_at"), "startsAt"]),
      ...same(["vault_id", "vaultId"], ["item_id", "itemId"], ["most_uses", "mostUses"]),
      // A recurring one has no end of its own: its entry says up to when it counted then.
      [
        `case when recurrence is null then ${instant("ends_at")} end`,
        "case when said ->> 'recurring' is null then said ->> 'endsAt' end",
      ],
      [
        "recurrence",
        `case when said ->> 'recurring' is not null then (said -> 'recurring') - '{confirmations,declined}'::text[] end`,
      ],
    ],
    words: { says: same("purpose", "ticket"), areGone: "purpose = 'erased'" },
  },
  {
    what: "ends of purposes",
    kinds: "'intent done', 'intent cancelled'",
    from: "intent_end",
    at: "at",
    says: [["'intent ' || how", "kind"], ...same(["intent_id", "intent"])],
  },
  {
    what: "confirmations of purposes",
    kinds: "'recurring intent confirmed', 'recurring intent declined'",
    from: "intent_answer",
    at: "at",
    says: [
      ["'recurring intent ' || kind", "kind"],
      ...same(["intent_id", "intent"], "round", "by", [instant("until"), "until"]),
    ],
  },
  {
    what: "questions about unused purposes",
    kinds: "'unused intent asked'",
    from: "unused_question",
    at: "asked_at",
    says: same(["intent_id", "intent"], "round", ["slack_user_id", "askedOf"]),
  },
  {
    what: "answers about unused purposes",
    kinds: "'unused intent answered'",
    from: "unused_answer",
    at: "at",
    says: same(["intent_id", "intent"], "round", "by", ["kind", "said"]),
  },
  {
    what: "snoozes",
    kinds: "'snooze announced'",
    from: "snooze",
    at: "announced_at",
    says: [
      ...same(["id", "snooze"], ["vault_id", "vaultId"], ["slack_user_id", "by"], [instant("ends_at"), "endsAt"]),
      ["for_slack_user_id", "said -> 'only' ->> 'slackUserId'"],
      ["for_item_id", "said -> 'only' ->> 'itemId'"],
      ["for_policy", "said -> 'only' ->> 'policy'"],
    ],
    words: { says: same("reason"), areGone: "reason = 'erased'" },
  },
  {
    what: "ends of snoozes",
    kinds: "'snooze ended'",
    from: "snooze_end",
    at: "at",
    says: same(["snooze_id", "snooze"], "by"),
  },
  {
    what: "snoozes that ran out",
    kinds: "'snooze over'",
    from: "snooze_over",
    at: "at",
    says: same(["snooze_id", "snooze"]),
  },
  {
    what: "settings",
    kinds: "'settings changed', 'settings proposed'",
    from: "setting_proposal",
    at: "at",
    says: [
      ["case when weakens = '{}' then 'settings changed' else 'settings proposed' end", "kind"],
      ...same(["id", "proposal"], ["vault_id", "vaultId"], ["slack_user_id", "by"]),
      ["changes", "said -> 'changes'"],
      ["to_jsonb(weakens)", "said -> 'weakens'"],
    ],
  },
  {
    what: "answers to settings",
    kinds: "'settings confirmed', 'settings declined', 'settings withdrawn', 'settings outdated'",
    from: "setting_answer",
    at: "at",
    says: [["'settings ' || kind", "kind"], ...same(["proposal_id", "proposal"], "by")],
  },
  {
    what: "settings that gave way",
    kinds: "'setting ended'",
    from: "(select * from setting where proposal_id is null) as setting",
    at: "at",
    says: [...same(["vault_id", "vault"], "key"), ["value is null", "'true'"]],
  },
  {
    what: "configurations",
    kinds: "'configuration in force'",
    from: "configuration",
    at: "since",
    says: [...same("fingerprint"), ["to_jsonb(by)", "coalesce(said -> 'by', '[]')"]],
  },
  {
    what: "digests",
    kinds: "'digest'",
    from: `digest left join (select digest_id, jsonb_object_agg(vault_id, jsonb_build_array(${instant("starts_at")}, ${instant("ends_at")})) as told
                          from digest_vault group by 1) as told_in on told_in.digest_id = digest.id`,
    at: "made_at",
    says: [
      ...same(
        ["id", "digest"],
        "channel",
        "period",
        [instant("starts_at"), "startsAt"],
        [instant("ends_at"), "endsAt"],
      ),
      // Older ones don't say it.
      ["case when facts -> 'vaults' -> 0 ? 'startsAt' then coalesce(told, '{}') end", "said -> 'vaults'"],
      ...same(["facts -> 'numbers'", "numbers"], ["facts ->> 'openAlerts'", "openAlerts"], ["head_seq", "head"]),
    ],
  },
  {
    what: "digests read",
    kinds: "'digest read'",
    from: "digest_read",
    at: "at",
    says: same(["digest_id", "digest"], ["slack_user_id", "by"]),
  },
  {
    what: "questions",
    kinds: "'question asked', 'export begun'",
    from: "asked",
    at: "at",
    says: [
      // Whoever begins an export may have no Slack user.
      ["by", "coalesce(said -> 'by' ->> 'id', said ->> 'by')"],
      ["to_jsonb(vault_ids)", "said -> 'vaults'"],
    ],
    words: { says: same("question"), areGone: "question = 'erased'" },
  },
  {
    what: "leavers' lists",
    kinds: "'leaver begun'",
    from: "leaver",
    at: "begun_at",
    says: same(["id", "leaver"], ["person_id", "person"], ["vault_id", "vault"], ["begun_by", "by"]),
  },
  {
    what: "ends of leavers' lists",
    kinds: "'leaver ended'",
    from: "leaver_end",
    at: "at",
    says: same(["leaver_id", "leaver"], "by", ["continued_by", "continuedBy"]),
  },
  {
    what: "states of leavers' lists",
    kinds: "'leaver progress'",
    from: "leaver_progress",
    at: "at",
    says: same(["leaver_id", "leaver"], "done", "total"),
  },
  {
    what: "rotations ticked",
    kinds: "'rotation ticked', 'rotation unticked'",
    from: `leaver_tick left join leaver_item using (leaver_id, place)`,
    at: "leaver_tick.at",
    says: [
      ["case when is_done then 'rotation ticked' else 'rotation unticked' end", "kind"],
      ...same(["leaver_id", "leaver"], ["item_id", "item"], "by", [instant("covers"), "covers"]),
    ],
  },
  {
    what: "comparisons with sources' own lists",
    kinds: "'source compared'",
    from: "source_comparison",
    at: "at",
    says: [
      ...same(
        ["id", "comparison"],
        "source",
        "feed",
        [instant("from_at"), "from"],
        [instant("until_at"), "until"],
        "listed",
      ),
      ["missed", "said -> 'missed'"],
      ...same([instant("missed_from"), "missedFrom"]),
    ],
  },
  {
    what: "gaps of sources",
    kinds: "'source gap'",
    from: "source_gap",
    at: "found_at",
    says: same(["id", "gap"], "source", "feed", [instant("since"), "since"], [instant("until"), "until"]),
  },
  {
    what: "notices of sources",
    kinds: "'vault notice'",
    from: "notice",
    at: "received_at",
    says: same(["id", "notice"], "source", "kind", ["vault_id", "vault"]),
    words: {
      says: same(["subject_identity", "subject"], ["actor_identity", "by"]),
      // Of one who was erased the actor's is empty, as of one whom the source doesn't name.
      areGone: "subject_identity = 'erased' or actor_identity is null",
      mayBeUnsaid: true,
    },
  },
  {
    what: "erasures of people",
    kinds: "'person erased'",
    from: "(select * from erasure where erasure.what = 'person') as erasure",
    at: "at",
    says: same(["id", "erasure"], ["person_id", "person"]),
  },
];
