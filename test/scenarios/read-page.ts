import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";

/** A page of the scenario book, checked: a misspelt word in a case must not make it pass. */

const Person = z.strictObject({
  /** The zone of their Slack profile. */
  zone: z.string().optional(),
  /** What vaultbell.yaml says of them. */
  timezone: z.string().optional(),
  holidays: z.string().optional(),
  away: z.array(z.string()).optional(),
  "slack status": z.string().optional(),
  "in slack": z
    .enum(["colleague", "guest", "stranger", "bot", "deactivated", "nobody", "twice", "not asked yet"])
    .optional(),
});

const Announced = z.strictObject({
  purpose: z.string(),
  at: z.string(),
  from: z.string().optional(),
  until: z.string().optional(),
  vault: z.string().optional(),
  item: z.string().optional(),
  done: z.string().optional(),
  cancelled: z.string().optional(),
  every: z.string().optional(),
  confirmed: z.array(z.string()).optional(),
  ticket: z.string().optional(),
  once: z.boolean().optional(),
  used: z.array(z.string()).optional(),
  "has explained": z.number().optional(),
});

const Earlier = z.strictObject({
  opened: z.string(),
  times: z.number().optional(),
  "different items": z.boolean().optional(),
  every: z.string().optional(),
  app: z.string().optional(),
  device: z.string().optional(),
  ip: z.string().optional(),
  country: z.string().optional(),
});

const Snoozed = z.strictObject({
  by: z.string(),
  at: z.string(),
  until: z.string(),
  ended: z.string().optional(),
  vault: z.string().optional(),
  person: z.string().optional(),
  item: z.string().optional(),
  policy: z.string().optional(),
});

const Case = z.strictObject({
  name: z.string(),
  vault: z.record(z.string(), z.unknown()).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  people: z.record(z.string(), Person).optional(),
  announced: z.array(Announced).optional(),
  earlier: z.array(Earlier).optional(),
  "watched since": z.string().optional(),
  "vault's clock": z.string().optional(),
  by: z.string().optional(),
  opened: z.string(),
  act: z.string().optional(),
  reported: z.string().optional(),
  app: z.string().optional(),
  device: z.string().optional(),
  ip: z.string().optional(),
  country: z.string().optional(),
  shown: z.string(),
  snoozed: z.array(Snoozed).optional(),
  sounds: z.enum(["quiet", "as it is"]).optional(),
  told: z.enum(["in the channel", "in the digest only", "as a spot check"]).optional(),
  says: z.array(z.string()).optional(),
  "doesn't say": z.array(z.string()).optional(),
  found: z.array(z.string()).optional(),
  "not found": z.array(z.string()).optional(),
  also: z.array(z.string()).optional(),
  "may judge": z.array(z.string()).optional(),
  "may not judge": z.record(z.string(), z.string()).optional(),
});

const Page = z.strictObject({
  about: z.string(),
  vault: z.record(z.string(), z.unknown()).optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  people: z.record(z.string(), Person).optional(),
  usually: Case.partial().optional(),
  cases: z.array(z.record(z.string(), z.unknown())),
});

export type WrittenCase = z.output<typeof Case>;
export type WrittenPerson = z.output<typeof Person>;

/** The cases of a page, each with what the page says of all of them. */
export function readPage(file: string): { about: string; cases: WrittenCase[] } {
  const page = Page.parse(parse(readFileSync(file, "utf8")));
  const cases = page.cases.map((written) => {
    const one = Case.parse({ ...page.usually, ...written });
    return {
      ...one,
      vault: { ...page.vault, ...one.vault },
      settings: { ...page.settings, ...one.settings },
      people: { ...page.people, ...one.people },
    };
  });
  return { about: page.about, cases };
}
