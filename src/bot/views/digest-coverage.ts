import type { RichTextElement } from "@slack/types";
import { sayDuration } from "../../time.ts";
import type { DigestSoFar, SourceCoverage } from "../ports.ts";
import { bold, quoted, said, when } from "./rich-text.ts";
import { clean } from "./text.ts";
import { capital, countOf, sayAll } from "./words.ts";

/** Those that have been silent for longest; besides them, those of which not all is well. */
const sourcesAtMost = 4;
const troubledAtMost = 4;
const namedAtMost = 6;

/** Rule 10: what was heard of each source, what it couldn't have told, and whether it was looked for what it hadn't. */
export function coverageLines({
  coverage,
  madeAt,
  zone,
}: Pick<DigestSoFar, "coverage" | "madeAt" | "zone">): RichTextElement[][] {
  if (coverage.length === 0) {
    return [
      [
        said("Nothing was ever reported from here: is the source connected? "),
        said("Only what the vault service reports is counted"),
      ],
    ];
  }
  const bySilence = coverage.toSorted((a, b) => a.lastAt.getTime() - b.lastAt.getTime());
  const silent = bySilence.slice(0, sourcesAtMost);
  const others = bySilence.slice(sourcesAtMost);
  const troubled = others.filter(isTroubled).slice(0, troubledAtMost);
  const rest = others.filter((source) => !troubled.includes(source));
  return [
    ...[...silent, ...troubled].map((source) => [
      quoted(source.name, 40, "A source"),
      said(" last spoke "),
      when(source.lastAt, zone),
      said(` (${sayDuration(madeAt.getTime() - source.lastAt.getTime())} before this was made). `),
      ...sayCompared(source, zone),
      ...(source.gaps === 0
        ? []
        : [bold(source.gaps === 1 ? "It has a gap this week. " : `It has ${source.gaps} gaps this week. `)]),
      said(clean(source.cannot, 300)),
    ]),
    ...(rest.length > 0 ? [sayRest(rest)] : []),
  ];
}

/** Something is known to have been missed, or isn't known not to have been. */
function isTroubled({ gaps, compared }: SourceCoverage): boolean {
  return gaps > 0 || (compared !== "has no list" && (compared.missed > 0 || compared.comparedDays < compared.days));
}

function sayRest(rest: SourceCoverage[]): RichTextElement[] {
  const names = rest.slice(0, namedAtMost).map(({ name }) => clean(name, 40).replace(/^The /, "the ") || "a source");
  const all = rest.length > names.length ? [...names, `${rest.length - names.length} others`] : names;
  return [said(`and ${countOf(rest.length, "more source", "more sources")}, which spoke later: ${sayAll(all)}`)];
}

/** That nothing was missing is said only where each day was looked at. */
function sayCompared({ compared }: SourceCoverage, zone: string): RichTextElement[] {
  if (compared === "has no list") return [];
  const { days, comparedDays, until, missed, madeUpDays } = compared;
  const many = countOf(missed, "access had been missed", "accesses had been missed");
  const came = said(" this week, and came late. ");
  const late =
    madeUpDays === 0
      ? []
      : [said(`${capital(countOf(madeUpDays, "earlier day was", "earlier days were"))} compared late. `)];
  if (until !== null && comparedDays === days) {
    const up = [said("Compared with its own list up to "), when(until, zone)];
    const all = missed === 0 ? [said(": nothing was missing. ")] : [said(": "), bold(many), came];
    return [...up, ...all, ...late];
  }
  const found = missed === 0 ? [] : [bold(capital(many)), came];
  const rest = [...late, ...found];
  if (days === 0) return [said("No day was due yet to be compared with its own list. "), ...rest];
  return [said(`${sayNotCompared(days, comparedDays)} `), ...rest];
}

function sayNotCompared(days: number, comparedDays: number): string {
  if (comparedDays > 0) {
    const how = `Only ${comparedDays} of ${days} days ${comparedDays === 1 ? "was" : "were"} compared with its own list`;
    return `${how}: whether anything was missed on the others isn’t known.`;
  }
  const none = days === 1 ? "The day that was due wasn’t" : `None of ${days} days was`;
  return `${none} compared with its own list: whether anything was missed isn’t known.`;
}
