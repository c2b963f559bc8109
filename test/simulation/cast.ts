/** Everybody in the simulated company, as three systems know them: the vault, Slack, and the configuration. */
export interface Person {
  name: string;
  /** As the vault names them; `email: null` where it reports none. */
  vault: { id: string; email: string | null } | null;
  slackIds: string[];
  email: string;
  /** By the configuration, of every vault here; and nothing about them stands against it. */
  mayJudge: boolean;
  mayAnnounce: boolean;
}

const person = (name: string, email: string, slackIds: string[], more: Partial<Person> = {}): Person => ({
  name,
  email,
  slackIds,
  vault: null,
  mayJudge: false,
  mayAnnounce: true,
  ...more,
});

export const cast = {
  dana: person("Dana Ruiz", "dana@example.com", ["U0DANA"], { vault: { id: "V-DANA", email: "dana@example.com" } }),
  /** The vault reports no address of hers: the configuration joins her. */
  lena: person("Lena Ott", "lena@example.com", ["U0LENA"], { vault: { id: "V-LENA", email: null } }),
  marta: person("Marta Gil", "marta@example.com", ["U0MARTA"], {
    vault: { id: "V-MARTA", email: "Marta@Example.com" },
    mayJudge: true,
  }),
  /** Two Slack accounts share his address; the configuration names one of them as a manager. */
  juan: person("Juan Vera", "juan@example.com", ["U0JUAN", "U0JUANB"], {
    vault: { id: "V-JUAN", email: "juan@example.com" },
    mayJudge: true,
    mayAnnounce: false,
  }),
  /** A manager and a colleague who chose the same name. */
  alex: person("Alex Kim", "alex@example.com", ["U0ALEX"], { mayJudge: true }),
  alexa: person("Alex Kim", "alex.kim@example.com", ["U0ALEXA"], {
    vault: { id: "V-ALEXA", email: "alex.kim@example.com" },
  }),
  /** Named as a manager by mistake: a guest. */
  gil: person("Gil Guest", "gil@example.com", ["U0GIL"]),
  /** From another workspace. */
  eve: person("Eve Else", "eve@elsewhere.example", ["U0EVE"], { mayAnnounce: false }),
} satisfies Record<string, Person>;

export const people: Person[] = Object.values(cast);

/** So many that their accesses at once are too much to be shown one by one. The vault alone knows them. */
export const crowd: Person[] = Array.from({ length: 36 }, (_, n) =>
  person(`Crowd ${n + 1}`, `crowd${n + 1}@example.com`, [], { vault: { id: `V-CROWD-${n + 1}`, email: null } }),
);

function personOfSlack(id: string): Person {
  const found = people.find(({ slackIds }) => slackIds.includes(id));
  if (!found) throw new Error(`nobody here is ${id}`);
  return found;
}

/** Juan's second account isn't named anywhere: only the first may judge. */
export function mayJudge(slackId: string, actor: Person): boolean {
  const judge = personOfSlack(slackId);
  return judge.mayJudge && judge.slackIds[0] === slackId && judge !== actor;
}

const homeTeam = "T0HOME";

/** As Slack's API describes a user. */
export function slackUser(id: string): Record<string, unknown> {
  const { name, email } = personOfSlack(id);
  return {
    id,
    team_id: id === "U0EVE" ? "T0ELSE" : homeTeam,
    name: name.toLowerCase().replace(" ", "."),
    tz: "Europe/Madrid",
    deleted: false,
    is_bot: false,
    is_restricted: id === "U0GIL",
    is_ultra_restricted: false,
    is_stranger: id === "U0EVE",
    profile: { real_name: name, display_name: name, email },
  };
}

export const vaults = [
  { id: "v_cards", name: "Company cards", channel: "C0CARDS" },
  { id: "v_bank", name: "Bank", channel: "C0BANK" },
] as const;

export const channels = vaults.map(({ channel }) => channel);
export const fallbackChannel = "C0FALL";
/** Where alerts go that nobody judges. */
const securityChannel = "C0SECURITY";

/** The conversation between the bot and one person. */
export const directWith = (slackId: string) => `D${slackId.slice(1)}`;

/** Whom the steps of an escalation are for, and after how many minutes; `null`: no repetition. */
export interface Chain {
  steps: { afterMinutes: number; channel: string }[];
  repeatMinutes: number | null;
}

/** By vault, where alerts are followed up. */
export const chains: Record<string, Chain> = {
  v_cards: {
    steps: [
      { afterMinutes: 1, channel: securityChannel },
      { afterMinutes: 3, channel: directWith("U0ALEX") },
    ],
    repeatMinutes: null,
  },
  v_bank: { steps: [{ afterMinutes: 2, channel: securityChannel }], repeatMinutes: 5 },
};

/** Long past any sitting here, so that the judge knows which accesses belong together without knowing the rule. */
const sittingMinutes = 15;

const followUp = {
  v_cards: `
    ask: at-once
    escalate: [{ after: 1m, to: ${securityChannel} }, { after: 3m, to: alex@example.com }]`,
  v_bank: `
    ask: at-once
    escalate: { after: 2m, to: ${securityChannel}, repeat: 5m }`,
};

export interface Habits {
  isFollowedUp: boolean;
  /** When the digests of a Tuesday are due, in Madrid: "10:01"; `null`: there are none. */
  digestAt: string | null;
}

export const yamlOf = ({ isFollowedUp, digestAt }: Habits) => `
timezone: Europe/Madrid${digestAt === null ? "" : `\ndigest: { day: Tue, at: "${digestAt}" }`}
managers: &leads [marta@example.com, U0JUAN, alex@example.com, U0GIL]
sitting: ${sittingMinutes}m
vaults:
  - id: v_cards
    name: Company cards
    channel: C0CARDS
    managers: *leads
    hours: Mon-Fri 08:00-19:00
    intent: required
    unmatched: one${isFollowedUp ? followUp.v_cards : ""}
  - id: v_bank
    name: Bank
    channel: C0BANK
    managers: *leads
    intent: expected
    unmatched: one${isFollowedUp ? followUp.v_bank : ""}
fallback: { channel: ${fallbackChannel}, email: [lead@example.com] }
people: [{ email: lena@example.com, vault: V-LENA, slack: U0LENA }]
`;
