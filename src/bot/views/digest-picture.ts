import type { DigestFacts, HourCell } from "../../model.ts";

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
const height = legendTop + 62;

const ground = "#fbfaf7";
const ink = "#1d1c1d";
const faint = "#5f5c58";
const empty = "#efece6";
const colours = { explained: "#8ed1a8", unexplained: "#f4c95d", afterHours: "#f08a7a" } as const;
const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const wholeNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

export function digestPicture({ hours, numbers }: Pick<DigestFacts, "hours" | "numbers">): DigestPicture {
  const total = sum(hours);
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
    ...legend(total),
    "</svg>",
  ];
  return { svg: parts.join(""), alt: inWords(hours, total, numbers.accesses), title: "Accesses by weekday and hour" };
}

/** For whoever doesn't tell red from green. */
const hatching =
  '<defs><pattern id="after" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">' +
  `<rect width="5" height="5" fill="${colours.afterHours}"/><rect width="1.4" height="5" fill="#c4503f"/></pattern>` +
  '<pattern id="open" width="5" height="5" patternUnits="userSpaceOnUse">' +
  `<rect width="5" height="5" fill="${colours.unexplained}"/><circle cx="1.2" cy="1.2" r=".8" fill="#a87b00"/></pattern></defs>`;

const fills = { explained: colours.explained, unexplained: "url(#open)", afterHours: "url(#after)" } as const;

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
  let from = x;
  const bars = kinds.map((kind) => {
    const share = (cell[kind] / count) * w;
    const bar =
      share > 0
        ? `<rect x="${round(from)}" y="${y}" width="${round(share)}" height="${h}" fill="${fills[kind]}"/>`
        : "";
    from += share;
    return bar;
  });
  // The number has a ground of its own, so that no pattern runs through it.
  const words = count > 9999 ? `${Math.floor(count / 1000)}k` : String(count);
  const room = 6 + words.length * 7;
  const label = `<rect x="${x + (w - room) / 2}" y="${y + 1.5}" width="${room}" height="${h - 3}" rx="3" fill="${ground}" fill-opacity=".86"/>`;
  return (
    back + bars.join("") + label + text(centre(place), y + 12.5, words, { size: 12, isCentred: true, isBold: true })
  );
}

function legend(total: Totals): string[] {
  const rows = [
    ["explained", `${total.explained} explained`],
    ["unexplained", `${total.unexplained} unexplained, within the hours`],
    ["afterHours", `${total.afterHours} unexplained, outside the hours`],
  ] as const;
  return rows.map(
    ([kind, words], place) =>
      `<rect x="14" y="${legendTop - 10 + place * 20}" width="22" height="13" rx="3" fill="${fills[kind]}"/>` +
      text(left, legendTop + 1 + place * 20, words, { size: 13 }),
  );
}

function inWords(hours: HourCell[], { explained, unexplained, afterHours }: Totals, accesses: number): string {
  const lead = `Accesses by weekday and hour: ${accesses} in all, ${explained} explained, ${unexplained} unexplained within the hours, ${afterHours} unexplained outside them.`;
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

const kinds = ["explained", "unexplained", "afterHours"] as const;
type Totals = Record<(typeof kinds)[number], number>;

function sum(hours: HourCell[]): Totals {
  const of = (kind: (typeof kinds)[number]) => hours.reduce((so, cell) => so + cell[kind], 0);
  return { explained: of("explained"), unexplained: of("unexplained"), afterHours: of("afterHours") };
}

function countOf({ explained, unexplained, afterHours }: HourCell): number {
  return explained + unexplained + afterHours;
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
