import type { DigestFacts, HourCell } from "../../model.ts";
import { sayZone } from "../../time.ts";

/**
 * The week at a glance: weekdays across, hours down, so that a telephone shows it at its full width. In each square stands how many
 * accesses there were; its colours say in which shares. It brings its own ground, so that it reads the same in light and in dark.
 */
export interface DigestPicture {
  svg: string;
  /** The same in words, with the numbers. */
  alt: string;
  title: string;
}

const width = 360;
const left = 44;
const top = 58;
const column = 44;
const row = 19;
const legendTop = top + 24 * row + 22;
const legendRow = 20;
/** What there is of it is to be seen, however little it is. */
const narrowest = 3;

const ground = "#fbfaf7";
const ink = "#1d1c1d";
const faint = "#5f5c58";
const empty = "#efece6";
const colours = { explained: "#8ed1a8", unasked: "#a9c6e8", unexplained: "#f4c95d", afterHours: "#f08a7a" } as const;
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const wholeNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

export function digestPicture(facts: Pick<DigestFacts, "hours" | "numbers" | "zone">): DigestPicture {
  const { hours, numbers } = facts;
  const total = sum(hours);
  const rows = legendOf(total, facts);
  const height = legendTop + 2 + rows.length * legendRow;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    hatching,
    `<rect width="${width}" height="${height}" rx="10" fill="${ground}"/>`,
    text(14, 26, `${numbers.accesses} ${numbers.accesses === 1 ? "access" : "accesses"} by weekday and hour`, {
      size: 16,
      isBold: true,
    }),
    ...weekdays.map((name, place) => text(centre(place), top - 8, name, { size: 13, isCentred: true, fill: faint })),
    ...Array.from({ length: 24 }, (_, hour) => hourRow(hour, hours)),
    ...rows.map(legendLine),
    "</svg>",
  ];
  return { svg: parts.join(""), alt: inWords(total, facts), title: "Accesses by weekday and hour" };
}

/** For whoever doesn't tell red from green. */
const hatching =
  '<defs><pattern id="after" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  `<rect width="5" height="5" fill="${colours.afterHours}"/><rect width="1.4" height="5" fill="#c4503f"/></pattern>` +
  '<pattern id="open" width="5" height="5" patternUnits="userSpaceOnUse">' +
  `<rect width="5" height="5" fill="${colours.unexplained}"/><circle cx="1.2" cy="1.2" r=".8" fill="#a87b00"/></pattern></defs>`;

const fills = {
  explained: colours.explained,
  unasked: colours.unasked,
  unexplained: "url(#open)",
  afterHours: "url(#after)",
} as const;

function hourRow(hour: number, hours: HourCell[]): string {
  const y = top + hour * row;
  const label =
    hour % 3 === 0
      ? text(left - 8, y + 13, `${String(hour).padStart(2, "0")}:00`, { size: 12, isRight: true, fill: faint })
      : "";
  const squares = weekdays.map((_, place) =>
    square(
      place,
      y,
      hours.find((one) => one.weekday === place + 1 && one.hour === hour),
    ),
  );
  return label + squares.join("");
}

function square(place: number, y: number, cell: HourCell | undefined): string {
  const x = left + place * column;
  const [w, h] = [column - 3, row - 3];
  const back = `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="3" fill="${empty}"/>`;
  const count = cell ? countOf(cell) : 0;
  if (!cell || count === 0) return back;
  const shown = kinds.filter((kind) => (cell[kind] ?? 0) > 0);
  const toShare = w - shown.length * narrowest;
  let from = x;
  const bars = shown.map((kind) => {
    const wide = narrowest + ((cell[kind] ?? 0) / count) * toShare;
    const bar = `<rect x="${round(from)}" y="${y}" width="${round(wide)}" height="${h}" fill="${fills[kind]}"/>`;
    from += wide;
    return bar;
  });
  // The number has a ground of its own, so that no pattern runs through it; above and below it the colours go on.
  const words = count > 9999 ? `${Math.floor(count / 1000)}k` : String(count);
  const room = 6 + words.length * 7;
  const label = `<rect x="${x + (w - room) / 2}" y="${y + 2.75}" width="${room}" height="${h - 5.5}" rx="3" fill="${ground}" fill-opacity=".86"/>`;
  return (
    back + bars.join("") + label + text(centre(place), y + 12.5, words, { size: 12, isCentred: true, isBold: true })
  );
}

interface LegendRow {
  kind: Kind | null;
  words: string;
}

/** What the colours mean, with their numbers, and whose hours these are. */
function legendOf(total: Totals, { numbers, zone }: Pick<DigestFacts, "numbers" | "zone">): LegendRow[] {
  const { accesses, anyHour = 0 } = numbers;
  const nowhere = anyHour === accesses;
  const rows: (LegendRow | null)[] = [
    { kind: "explained", words: `${total.explained} explained` },
    total.unasked > 0 ? { kind: "unasked", words: `${total.unasked}, and no purpose is asked for` } : null,
    { kind: "unexplained", words: `${total.unexplained} unexplained${anyHour > 0 ? "" : ", within the hours"}` },
    nowhere ? null : { kind: "afterHours", words: `${total.afterHours} unexplained, outside the hours` },
    zone === undefined ? null : { kind: null, words: `On the clock of ${sayZone(zone)}` },
  ];
  return rows.filter((row) => row !== null);
}

function legendLine({ kind, words }: LegendRow, place: number): string {
  const y = legendTop + 1 + place * legendRow;
  if (kind === null) return text(left, y, words, { size: 13, fill: faint });
  const colour = `<rect x="14" y="${y - 11}" width="22" height="13" rx="3" fill="${fills[kind]}"/>`;
  return colour + text(left, y, words, { size: 13 });
}

function inWords(total: Totals, { hours, numbers, zone }: Pick<DigestFacts, "hours" | "numbers" | "zone">): string {
  const { explained, unasked, unexplained, afterHours } = total;
  const { accesses, anyHour = 0 } = numbers;
  const parts = [
    `${accesses} in all`,
    `${explained} explained`,
    `${unexplained} unexplained${anyHour > 0 ? "" : " within the hours"}`,
    ...(anyHour === accesses ? [] : [`${afterHours} unexplained outside ${anyHour > 0 ? "the hours" : "them"}`]),
    ...(unasked > 0 ? [`${unasked} for which no purpose is asked`] : []),
  ];
  const clock = zone === undefined ? "" : ` in ${sayZone(zone)}`;
  const lead = `Accesses by weekday and hour${clock}: ${parts.join(", ")}.`;
  const days = wholeNames.flatMap((name, place) => {
    const count = hours.filter(({ weekday }) => weekday === place + 1).reduce((so, cell) => so + countOf(cell), 0);
    return count > 0 ? [`${name} ${count}`] : [];
  });
  const busiest = hours.toSorted((a, b) => countOf(b) - countOf(a))[0];
  const most = busiest
    ? ` Most came on ${wholeNames[busiest.weekday - 1]} from ${String(busiest.hour).padStart(2, "0")}:00: ${countOf(busiest)}.`
    : "";
  return `${lead} ${days.join(", ")}.${most}`;
}

const kinds = ["explained", "unasked", "unexplained", "afterHours"] as const;
type Kind = (typeof kinds)[number];
type Totals = Record<Kind, number>;

function sum(hours: HourCell[]): Totals {
  const of = (kind: Kind) => hours.reduce((so, cell) => so + (cell[kind] ?? 0), 0);
  return {
    explained: of("explained"),
    unasked: of("unasked"),
    unexplained: of("unexplained"),
    afterHours: of("afterHours"),
  };
}

function countOf({ explained, unexplained, afterHours, unasked = 0 }: HourCell): number {
  return explained + unexplained + afterHours + unasked;
}

function centre(place: number): number {
  return left + place * column + (column - 3) / 2;
}

interface Lettering {
  size: number;
  isBold?: boolean;
  isCentred?: boolean;
  isRight?: boolean;
  fill?: string;
}

/** Our own words and numbers alone come here: nothing that needs escaping. */
function text(
  x: number,
  y: number,
  words: string,
  { size, isBold, isCentred, isRight, fill = ink }: Lettering,
): string {
  const anchor = isCentred ? ' text-anchor="middle"' : isRight ? ' text-anchor="end"' : "";
  const weight = isBold ? ' font-weight="700"' : "";
  return `<text x="${round(x)}" y="${round(y)}" font-family="Atkinson Hyperlegible" font-size="${size}" fill="${fill}"${weight}${anchor}>${words}</text>`;
}

function round(n: number): number {
  return Math.round(n * 100) / 100;
}
