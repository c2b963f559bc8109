import type { Retention } from "../../model.ts";
import { sayDateWithYear } from "../../time.ts";
import { clean } from "./text.ts";

/** What is gone, as answers about the past say it beside what the sources can't see. */
export function sayErased(
  { detailsBefore, persons }: { detailsBefore: Date | null; persons: number },
  zone: string,
): string[] {
  return [
    ...(detailsBefore === null
      ? []
      : [
          `Of what was recorded before ${sayDateWithYear(detailsBefore, zone)} details are erased after their time: purposes, notes, verdicts’ reasons, names as reported, devices and networks. That something was opened, when and by whom, still counts here.`,
        ]),
    ...(persons === 0
      ? []
      : [
          `${persons === 1 ? "One person was" : `${persons} people were`} erased on request: what they opened still counts, without a name, as “Erased person”; a search for their name or address finds nothing.`,
        ]),
  ];
}

/** How long it is kept, as people read it of themselves. */
export function sayRetention(
  { detailsDays }: Retention,
  vaults: { name: string; detailsDays: number | null }[],
): string {
  const own = vaults.flatMap((vault) =>
    vault.detailsDays === null ? [] : [`${clean(vault.name, 60)} after ${vault.detailsDays} days`],
  );
  const all = detailsDays === null ? [] : [`after ${detailsDays} days`];
  if (all.length + own.length === 0) {
    return "Nothing of it is changed or deleted, for as long as the database of this Vaultbell is kept.";
  }
  const when = [...all, ...own.slice(0, 5).map((one) => `in ${one}`)].join(", ");
  return `The name, address, device and network in each report, and all words about it, are erased ${when}. Kept for as long as this Vaultbell’s database is, or until you are erased on request: which item you opened and when, by which addresses you are known, and since when you use which device and network.`;
}
