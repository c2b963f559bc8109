import { z } from "zod";
import { type PolicyName, sourceKinds } from "../model.ts";
import { dayCountPattern, readDayCount } from "./day-count.ts";
import { daysPattern, readDays } from "./days.ts";
import { durationPattern, readDuration } from "./duration.ts";
import { readHolidays, readHolidaysOrOff } from "./holidays.ts";
import { hoursPattern, readHours, readTime, readWeekday, timePattern, weekdayPattern } from "./hours.ts";
import { type Reading, readLine, readVaultServiceId } from "./reading.ts";
import {
  channelPattern,
  emailPattern,
  howToFindChannel,
  managerPattern,
  readChannel,
  readEmail,
  readManager,
  readSlackUser,
  readTarget,
  slackUserPattern,
  targetPattern,
} from "./slack-id.ts";
import {
  originPattern,
  readOrigin,
  readSourceName,
  readVariable,
  sourceNamePattern,
  variablePattern,
} from "./source.ts";
import { readTicketPattern } from "./ticket-pattern.ts";
import { readWebAddress, webAddressPattern } from "./web-address.ts";
import { readZone } from "./zone.ts";

/**
 * vaultbell.yaml, defined once: what is read at start, and what editors check and complete while it is written.
 * Every text is read by a function that knows what would be right; the first example is what a remedy shows.
 */
function text<T>(read: (text: string) => Reading<T>, about: Record<string, unknown>) {
  return z
    .string()
    .transform((written, context): T => {
      const reading = read(written);
      if (reading.ok) return reading.value;
      const { problem, right, how } = reading;
      context.addIssue({ code: "custom", message: problem, params: { right, how } });
      return z.NEVER;
    })
    .meta(about);
}

const line = (longest: number, about: Record<string, unknown>) =>
  text((written) => readLine(written, longest), { maxLength: longest, ...about });

const duration = (shortest: number, longest: number, about: Record<string, unknown>) =>
  text((written) => readDuration(written, shortest, longest), { pattern: durationPattern, ...about });

const zone = (description: string) => text(readZone, { description, examples: ["Europe/Madrid"] });

const channel = (description: string) =>
  text(readChannel, {
    description: `${description} ${howToFindChannel}`,
    pattern: channelPattern,
    examples: ["C0123ABCD"],
  });

const managers = (description: string) =>
  z
    .array(
      text(readManager, {
        pattern: managerPattern,
        description: "An e-mail address, a Slack member id (U…), or a Slack user group id (S…).",
        examples: ["marta@example.com"],
      }),
    )
    .min(1)
    .meta({ description, examples: [["marta@example.com", "juan@example.com"]] });

const days = (description: string) =>
  z
    .array(
      text(readDays, {
        description: "A day, or several with both ends.",
        pattern: daysPattern,
        examples: ["2026-12-24..2027-01-06"],
      }),
    )
    .meta({ description, examples: [["2026-12-24", "2026-12-27..2026-12-31"]] });

const level = (description: string) =>
  z
    .enum(["off", "note", "warning", "critical"])
    .meta({ description, examples: ["note"] })
    .optional();

const levels = {
  "announced-purpose": level("No purpose stood for this access. Without it: as `intent` says."),
  "telling-purpose": level("The announced purpose doesn't tell why. Without it: as `intent` says."),
  "wide-purpose": level("The announced purpose covers very much: any vault, or a long time. Without it: note."),
  "office-hours": level("Outside the vault's hours, on a holiday or a closed day. Without it: warning."),
  "reported-time": level("The reported time can't be right, or the vault's clock is off. Without it: note."),
  "first-access": level("The first recorded access of this person to this item. Without it: note."),
  "long-absence": level("The first access of this person in this vault for 90 days. Without it: note."),
  "new-client": level("An app that this person has not used before. Without it: note."),
  "new-device": level("A device that this person has not used before. Without it: note."),
  "new-network": level("A network that this person has not come from before. Without it: note."),
  "new-country": level("A country that this person has not come from before. Without it: warning."),
  "impossible-travel": level("Two countries, too far apart for the time between. Without it: warning."),
  burst: level("Many different items within ten minutes. Without it: warning."),
  flood: level("So many accesses within an hour that one could hide among them. Without it: warning."),
  export: level("The secret left the vault: exported, downloaded, printed or shared. Without it: warning."),
  "sensitive-item": level("An item marked as sensitive, opened without an explaining purpose. Without it: note."),
  "unknown-actor": level("Nobody, or more than one, in Slack fits whoever opened it. Without it: note."),
  "deactivated-actor": level("Whoever opened it is deactivated in Slack. Without it: critical."),
  "guest-actor": level("Whoever opened it is a guest or from another workspace. Without it: note."),
  "service-actor": level("Whoever opened it is a bot or a service account. Without it: note."),
  "absent-actor": level("Whoever opened it is said to be away. Without it: note."),
} satisfies Record<PolicyName, unknown>;

const policies = (description: string) =>
  z.strictObject(levels).meta({ description, examples: [{ "new-device": "off", export: "critical" }] });

const item = z.strictObject({
  id: text(readVaultServiceId, { description: "The item's id in the vault service.", examples: ["i_visa"] }),
  title: line(200, { description: "How the item is called in Slack.", examples: ["Company Visa"] }).optional(),
  sensitive: z
    .boolean()
    .meta({ description: "Deserves extra attention when it is opened.", default: false, examples: [true] })
    .optional(),
  hint: line(200, {
    description: "What a good purpose names for this item.",
    examples: ["supplier and amount, please"],
  }).optional(),
});

const after = duration(1, 7 * 24 * 60, {
  description: "How long after an access was reported its alert may stay without a verdict.",
  examples: ["15m"],
});

const to = text(readTarget, {
  description: `Who hears of it then: a channel (C…), a person by e-mail address or Slack member id (U…), or a Slack user group (S…), such as whoever is on call. ${howToFindChannel}`,
  pattern: targetPattern,
  examples: ["C0SECURITY"],
});

const repeat = duration(5, 7 * 24 * 60, {
  description: "The last step again, so long after itself, until there is a verdict; 24 times at most.",
  examples: ["1h"],
}).optional();

const escalateHours = z
  .enum(["always", "vault"])
  .meta({
    description:
      "vault: time runs in the vault's ordinary hours only, except for what is critical. always: it runs day and night.",
    default: "always",
    examples: ["vault"],
  })
  .optional();

const steps = z
  .array(
    z.strictObject({ after, to }).meta({ description: "One step.", examples: [{ after: "15m", to: "C0SECURITY" }] }),
  )
  .min(1)
  .max(20)
  .meta({
    description: "Who hears of it one after the other.",
    examples: [
      [
        { after: "15m", to: "juan@example.com" },
        { after: "30m", to: "C0SECURITY" },
      ],
    ],
  });

/** One step, a list of them, or a list with more to say about it. */
const escalate = z
  .union([
    z.strictObject({ after, to, repeat, hours: escalateHours }),
    steps,
    z.strictObject({ steps, repeat, hours: escalateHours }),
  ])
  .meta({
    description:
      "Who hears of alerts that nobody judges. What is explained is never escalated, unless it is a spot check.",
    examples: [{ after: "15m", to: "C0SECURITY" }],
  });

const whatNow = z
  .strictObject({
    call: line(200, {
      description: "Whom to call first, with the number.",
      examples: ["Marta Vidal, +34 600 000 001"],
    }).optional(),
    freeze: line(200, {
      description: "How what was opened is frozen at once.",
      examples: ["bank app > cards > freeze"],
    }).optional(),
    steps: z
      .array(line(75, { description: "One step, as it stands beside its tick box.", examples: ["Freeze the card"] }))
      .min(1)
      .max(10)
      .meta({
        description: "What is to be done, in this order. Without it: four steps that fit any secret.",
        examples: [["Freeze the card", "Order a new one", "Change the number in the vault"]],
      })
      .optional(),
    link: text(readWebAddress, {
      description: "Where more is written.",
      pattern: webAddressPattern,
      examples: ["https://wiki.example.com/cards"],
    }).optional(),
  })
  .meta({
    description: "What managers are handed in the alert's thread when one of them says Suspicious.",
    examples: [{ call: "Marta Vidal, +34 600 000 001", steps: ["Freeze the card", "Order a new one"] }],
  });

const details = text((written) => readDayCount(written, 60, 36_500), {
  description:
    "After how long names, addresses, devices and networks of accesses, what was said of them, purposes, notes, answers, and what the record's entries say are erased. That something was opened, when and by whom, stays. 60d at least. Without it: never.",
  pattern: dayCountPattern,
  examples: ["400d"],
});

const vault = z.strictObject({
  id: text(readVaultServiceId, { description: "The vault's id in the vault service.", examples: ["v_cards"] }),
  name: line(100, { description: "How the vault is called in Slack.", examples: ["Company cards"] }),
  channel: channel("Where this vault's alerts go. Several vaults may share a channel."),
  managers: managers("Who may judge this vault's alerts. Without it: the managers at the top of the file.").optional(),
  timezone: zone("The zone in which this vault's hours are judged, if it isn't the one at the top.").optional(),
  hours: text(readHours, {
    description:
      "When opening a secret of this vault is ordinary: days and times, several by comma, overnight ones over midnight; or always. Without it: always.",
    pattern: hoursPattern,
    examples: ["Mon-Fri 08:00-19:00", "Mon,Wed,Fri 09:00-13:00", "22:00-06:00", "always"],
  }).optional(),
  clock: z
    .enum(["vault", "person"])
    .meta({
      description:
        "Whose clock the hours are read on: the vault's zone, or the zone of whoever opens something (their Slack profile's, or as said under people).",
      default: "vault",
      examples: ["person"],
    })
    .optional(),
  holidays: text(readHolidaysOrOff, {
    description:
      "The country, or country and region, whose holidays count for this vault instead of those at the top; or off.",
    examples: ["FR", "off"],
  }).optional(),
  closed: days("More days on which no hour is ordinary here.").optional(),
  policies: policies("How loud each policy is in this vault, where it isn't as at the top.").optional(),
  intent: z
    .enum(["required", "expected", "off"])
    .meta({
      description:
        "Whether a purpose is to be announced before: required (its absence is a warning), expected (its absence is noted), off (none is asked for).",
      default: "required",
      examples: ["required"],
    })
    .optional(),
  hint: line(200, {
    description: "What a good purpose names in this vault.",
    examples: ["supplier and amount, please"],
  }).optional(),
  ticket: z
    .strictObject({
      pattern: text(readTicketPattern, {
        description:
          "What a ticket looks like, as a regular expression for the whole of it: letters, digits, sets, \\d and repetitions.",
        maxLength: 100,
        examples: ["^[A-Z]+-\\d+$"],
      }),
      required: z
        .boolean()
        .meta({
          description:
            "Whether a purpose must name one to be announced for this vault, and to explain an access in it.",
          default: false,
          examples: [true],
        })
        .optional(),
      example: line(40, {
        description: "A ticket that people are shown as an example.",
        examples: ["OPS-123"],
      }).optional(),
    })
    .meta({
      description: "The tickets that purposes for this vault belong to.",
      examples: [{ pattern: "^[A-Z]+-\\d+$", required: true, example: "OPS-123" }],
    })
    .optional(),
  escalate: escalate.optional(),
  night: z
    .enum(["dm", "channel"])
    .meta({
      description:
        "Where what is critical outside the vault's hours rings: in the channel and to each manager by direct message (dm), or in the channel alone.",
      default: "dm",
      examples: ["channel"],
    })
    .optional(),
  unmatched: z
    .enum(["two", "one"])
    .meta({
      description:
        "How many managers must say Expected where Slack doesn't know who opened something: then nobody can prove that whoever says it is somebody else.",
      default: "two",
      examples: ["one"],
    })
    .optional(),
  critical: z
    .enum(["one", "two"])
    .meta({
      description: "How many managers must say Expected of what is critical.",
      default: "one",
      examples: ["two"],
    })
    .optional(),
  ask: z
    .enum(["at-once", "first", "off"])
    .meta({
      description:
        "Whether people are asked, in private, about an access of theirs that nobody can explain: at once beside the alert; first, ten minutes before the channel is told (of what is critical both at once); or not. Without it: at-once where a purpose is required, else off.",
      examples: ["first"],
    })
    .optional(),
  explained: z
    .enum(["line", "digest"])
    .meta({
      description:
        "Where an access that its purpose explains is told: a quiet line in the channel (line), or only in the weekly digest, counted (digest), unless a policy calls it a warning. It is recorded either way.",
      default: "line",
      examples: ["line"],
    })
    .optional(),
  spotCheck: z
    .int()
    .min(1)
    .max(1_000)
    .meta({
      description:
        "One in so many explained accesses asks for a verdict anyway, picked so that nobody can foresee which. Without it: none.",
      examples: [20],
    })
    .optional(),
  whatNow: whatNow.optional(),
  canary: z
    .strictObject({
      item: text(readVaultServiceId, {
        description: "The item's id in the vault service. Somebody or something opens it every day, on purpose.",
        examples: ["i_canary"],
      }),
      within: duration(60, 14 * 24 * 60, {
        description: "How long after the last one the next is missed.",
        default: "26h",
        examples: ["26h"],
      }).optional(),
    })
    .meta({
      description:
        "An access that must be reported every day; when it stays away, the channel is told, whatever else is still reported.",
      examples: [{ item: "i_canary", within: "26h" }],
    })
    .optional(),
  retention: z
    .strictObject({ details })
    .meta({
      description: "How long details of this vault are kept, where it isn't as at the top.",
      examples: [{ details: "400d" }],
    })
    .optional(),
  items: z
    .array(item)
    .meta({
      description: "Items worth naming. Every other item of the vault is watched too.",
      examples: [[{ id: "i_visa", title: "Company Visa", sensitive: true }]],
    })
    .optional(),
});

const person = z.strictObject({
  email: text(readEmail, {
    description: "The address by which the vault service or Slack knows the person.",
    pattern: emailPattern,
    examples: ["dana@example.com"],
  }).optional(),
  vault: text(readVaultServiceId, {
    description: "The person's id in the vault service.",
    examples: ["U7"],
  }).optional(),
  slack: text(readSlackUser, {
    description: "The person's member id in Slack.",
    pattern: slackUserPattern,
    examples: ["U02DANA"],
  }).optional(),
  timezone: zone("The person's zone, if it isn't the one in their Slack profile.").optional(),
  holidays: text(readHolidays, {
    description: "The country, or country and region, whose holidays this person has.",
    examples: ["DE-BE"],
  }).optional(),
  away: days("Days on which this person isn't expected to work.").optional(),
});

const source = z.strictObject({
  kind: z
    .enum(sourceKinds)
    .meta({ description: "Which service it is. docs/sources has a page for each.", examples: ["1password"] }),
  name: text(readSourceName, {
    description:
      "Under which name its accesses are kept: the kind, a hyphen and a word; needed where there are several of a kind. Without it: the kind.",
    pattern: sourceNamePattern,
    examples: ["1password-eu"],
  }).optional(),
  server: text(readOrigin, {
    description:
      "Where the service answers. 1Password: events.1password.com (without it), .ca, .eu or events.ent.1password.com. Bitwarden: bitwarden.com (without it), bitwarden.eu or your own server.",
    pattern: originPattern,
    examples: ["https://events.1password.eu"],
  }).optional(),
  token: text(readVariable, {
    description:
      "The name of the environment variable that holds the token, never the token itself. Without it: ONEPASSWORD_EVENTS_TOKEN, BITWARDEN_CLIENT (client_id:client_secret), HASHICORP_AUDIT_TOKEN or MAPPED_TOKEN.",
    pattern: variablePattern,
    examples: ["ONEPASSWORD_EVENTS_TOKEN"],
  }).optional(),
  mapping: line(400, {
    description:
      "The file that says what the service's JSON means, for kind: mapped, from where Vaultbell runs. docs/sources/anything-else.md.",
    examples: ["./keeper.mapping.yaml"],
  }).optional(),
  file: line(400, {
    description:
      "The file that HashiCorp Vault's or OpenBao's audit device writes, for kind: hashicorp on the same machine. Without it: a relay posts what it writes.",
    examples: ["/var/log/vault/audit.log"],
  }).optional(),
});

export const configSchema = z
  .strictObject({
    timezone: zone("The zone in which hours are judged and told."),
    holidays: text(readHolidays, {
      description: "The country, or country and region, whose public holidays have no ordinary hours (ISO 3166).",
      examples: ["ES-MD"],
    }).optional(),
    closed: days("Days on which no hour is ordinary in any vault.").optional(),
    policies: policies("How loud each policy is: off, note, warning or critical.").optional(),
    managers: managers("Who may judge the alerts of vaults that name no managers of their own.").optional(),
    security: channel(
      "The channel that is told once of everything that a manager calls suspicious. Without it: the first channel under a vault's escalate.",
    ).optional(),
    vaults: z
      .array(vault)
      .min(1)
      .meta({ description: "The vaults under watch. Accesses in other vaults are recorded only." }),
    sources: z
      .array(source)
      .max(10)
      .meta({
        description:
          "Vault services besides those that sign webhooks: asked for their events, or posting them in their own shape.",
        examples: [[{ kind: "1password", server: "https://events.1password.eu" }]],
      })
      .optional(),
    intents: z
      .strictObject({
        default: duration(5, 7 * 24 * 60, {
          description: "How long an announced purpose stands when nothing else is said.",
          default: "1h",
          examples: ["1h"],
        }).optional(),
        max: duration(5, 7 * 24 * 60, {
          description: "How long an announced purpose may stand at most.",
          default: "24h",
          examples: ["24h"],
        }).optional(),
        uses: z
          .int()
          .min(1)
          .max(10_000)
          .meta({
            description: "How many accesses one announced purpose explains at most.",
            default: 50,
            examples: [50],
          })
          .optional(),
        followUp: z
          .enum(["on", "off"])
          .meta({
            description:
              "Whether a person is asked once, in private, about a purpose that no access followed: did it happen, and the vault didn't report it?",
            default: "on",
            examples: ["on"],
          })
          .optional(),
      })
      .meta({ description: "Announced purposes (/intent).", examples: [{ default: "1h", max: "24h" }] })
      .optional(),
    sitting: duration(1, 12 * 60, {
      description: "Accesses of one person in one vault that are no further apart than this share one alert.",
      default: "30m",
      examples: ["30m"],
    }).optional(),
    digest: z
      .strictObject({
        day: text(readWeekday, { description: "The day of the week.", pattern: weekdayPattern, examples: ["Mon"] }),
        at: text(readTime, { description: "The time of day.", pattern: timePattern, examples: ["09:00"] }),
      })
      .meta({
        description:
          "When each vault's channel gets its weekly digest: in the vault's zone, or the one above where the vaults of a channel have several. Without it there is none.",
        examples: [{ day: "Mon", at: "09:00" }],
      })
      .optional(),
    fallback: z
      .strictObject({
        channel: text(readChannel, {
          description:
            "The channel's id for alerts and digests whose own channel is gone, archived or closed to the bot.",
          pattern: channelPattern,
          examples: ["C0SECURITY"],
        }).optional(),
        email: z
          .array(text(readEmail, { description: "An address.", pattern: emailPattern, examples: ["lead@example.com"] }))
          .min(1)
          .max(20)
          .meta({
            description:
              "Who gets an e-mail when alerts can't be shown in Slack at all, and when a digest can't for an hour. Needs SMTP_URL.",
            examples: [["lead@example.com"]],
          })
          .optional(),
      })
      .meta({
        description: "The other road, for when Slack can't be reached or refuses us.",
        examples: [{ channel: "C0SECURITY", email: ["lead@example.com"] }],
      })
      .optional(),
    retention: z
      .strictObject({
        bodies: text((written) => readDayCount(written, 1, 36_500), {
          description: "After how long the exact bodies of deliveries are erased. Without it: never.",
          pattern: dayCountPattern,
          examples: ["90d"],
        }).optional(),
        details: details.optional(),
      })
      .meta({
        description:
          "How long what is recorded is kept. The record's hash chain stays whole, and says what was erased.",
        examples: [{ bodies: "90d", details: "400d" }],
      })
      .optional(),
    people: z
      .array(person)
      .meta({
        description:
          "People whom their e-mail address doesn't join: two or more of email, vault and slack each; and what is to be known of somebody: zone, holidays, days away.",
        examples: [[{ email: "dana@example.com", vault: "U7", slack: "U02DANA" }]],
      })
      .optional(),
  })
  .meta({
    title: "vaultbell.yaml",
    description: "What Vaultbell watches, who answers for it, and what is ordinary there.",
  });

export type WrittenConfig = z.output<typeof configSchema>;

/** The part of a JSON Schema that is used here. */
export interface JsonSchema {
  type?: string;
  enum?: unknown[];
  pattern?: string;
  examples?: unknown[];
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  [keyword: string]: unknown;
}

/** The same definition for editors. */
export function jsonSchema(): JsonSchema {
  const written = z.toJSONSchema(configSchema, {
    io: "input",
    // zod drops these wherever a text is turned into something else, taking them for the result's. Ours are as written.
    override: ({ zodSchema, jsonSchema }) => {
      const { examples, default: otherwise } = z.globalRegistry.get(zodSchema) ?? {};
      if (examples !== undefined) jsonSchema.examples = examples as JsonSchema[];
      if (otherwise !== undefined) jsonSchema.default = otherwise as JsonSchema;
    },
  });
  // What zod adds for its own use ("~standard") isn't enumerable, and so stays behind here.
  return { ...written } as JsonSchema;
}
