import type { Access, AccessState, Alert, Assessment, Person, WatchedVault } from "../../model.ts";
import { clean } from "./text.ts";

/** The words for acts, states and things, chosen once. */

/** "opened", "copied"; an act that we don't know is named in the vault's own word. */
export function didWhat(action: string): string {
  return VERBS[action] ?? `used (‘${clean(action, 30) || "?"}’)`;
}

const VERBS: Record<string, string> = {
  reveal: "opened",
  view: "opened",
  open: "opened",
  read: "opened",
  copy: "copied",
  "secure-copy": "copied",
  fill: "filled in",
  autofill: "filled in",
  export: "exported",
  share: "shared",
  download: "downloaded",
  print: "printed",
  "enter-item-edit-mode": "opened for editing",
  edit: "edited",
  update: "edited",
  "server-fetch": "fetched",
  "server-create": "created",
  "server-update": "edited",
  "select-sso-provider": "signed in with",
};

/** Three states with a neutral middle. An alert is a question, so no word here says that somebody did wrong. */
export function sayState({ state, severity }: Assessment): { emoji: string; word: string } {
  if (state === "unexplained" && severity === "note") return { emoji: "⚪", word: "Unexplained" };
  return STATES[state];
}

/** It asks for a verdict: nobody explained it, or it was picked to be looked at all the same. */
export function asksForVerdict({ state, isSpotCheck }: Assessment): boolean {
  return state !== "explained" || isSpotCheck === true;
}

/** How loudly it asks, in words that a tired reader can act on. */
export function sayUrgency({ severity }: Assessment): string {
  return { note: "for the record", warning: "worth a look", critical: "needs a look now" }[severity];
}

const STATES: Record<AccessState, { emoji: string; word: string }> = {
  explained: { emoji: "🟢", word: "Explained" },
  unexplained: { emoji: "🟡", word: "Unexplained" },
  suspicious: { emoji: "🔴", word: "Looks unusual" },
};

/** Higher is worse. */
export function weight({ state, severity, isSpotCheck }: Assessment): number {
  return (
    { explained: isSpotCheck ? 5 : 0, unexplained: 10, suspicious: 20 }[state] +
    { note: 0, warning: 1, critical: 2 }[severity]
  );
}

/** The item's title as reported, else as configured, else its id. */
export function itemTitle(access: Access, vault: WatchedVault, maxGraphemes = 80): string {
  const configured = vault.items.find((item) => item.id === access.item.id)?.title ?? "";
  return (
    clean(access.item.title ?? "", maxGraphemes) ||
    clean(configured, maxGraphemes) ||
    `item ${clean(access.item.id, maxGraphemes - 5) || "without a name"}`
  );
}

export function vaultName(vault: WatchedVault, maxGraphemes = 60): string {
  return clean(vault.name, maxGraphemes) || clean(vault.id, maxGraphemes) || "a vault without a name";
}

export function personName(person: Person, maxGraphemes = 60): string {
  return clean(person.name, maxGraphemes) || clean(person.emails[0] ?? "", maxGraphemes) || "Somebody";
}

/** A person the way colleagues say it: the first word of the name, or what stands before the address's @. */
export function firstName(person: Person): string {
  return personName(person).split(/[\s@]/)[0] || "Somebody";
}

/** Where and with what, as far as the vault said: "1Password for Mac 8.10.4 · Dana’s MacBook · Madrid, ES". `null`: nothing. */
export function sayDevice({ client, location, ip }: Access): string | null {
  const app = [client.app, client.version].map((part) => clean(part ?? "", 60)).filter(Boolean);
  const place = [location.city, location.country].map((part) => clean(part ?? "", 60)).filter(Boolean);
  const parts = [
    app.join(" "),
    clean(client.device ?? client.platform ?? "", 60),
    place.length > 0 ? place.join(", ") : clean(ip ?? "", 45),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(" · ") : null;
}

/** One sentence's subject: how many acts on how many items. */
export function sayWhat(alert: Alert, vault: WatchedVault): string {
  const items = new Set(alert.accesses.map(({ access }) => access.item.id));
  const acts = [...new Set(alert.accesses.map(({ access }) => didWhat(access.action)))];
  const first = alert.accesses[0];
  if (!first) return "opened something";
  // An export must not hide behind a vaguer word.
  const verb = acts.length <= 3 ? sayAll(acts) : `${sayAll([...acts.slice(0, 3), "more"])} with`;
  const what = items.size === 1 ? itemTitle(first.access, vault) : `${items.size} items`;
  const times = items.size === 1 && alert.accesses.length > 1 ? ` ${sayTimes(alert.accesses.length)}` : "";
  return `${verb} ${what}${times}`;
}

/** "opened, copied and exported". */
export function sayAll(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** "one alert", "2 alerts". */
export function countOf(n: number, one: string, many: string): string {
  return n === 1 ? `one ${one}` : `${n} ${many}`;
}

export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function sayTimes(n: number): string {
  return n === 2 ? "twice" : `${n} times`;
}
