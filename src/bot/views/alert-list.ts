import type { RichTextBlock, RichTextElement } from "@slack/types";
import type { Alert, AlertAccess, WatchedVault } from "../../model.ts";
import { bullets, line, richText, said, when } from "./rich-text.ts";
import { isOpen, type Standing } from "./standing.ts";
import { clean } from "./text.ts";
import { didWhat, itemTitle, sayState, sayTimes, weight } from "./words.ts";

/** Several accesses, equal ones counted together: what waits for a verdict first, then the newest. */
export function alertList(alert: Alert, standing: Standing, vault: WatchedVault): RichTextBlock {
  const groups = grouped(alert, standing);
  const shown = groups.slice(0, LINES);
  const rest = groups.slice(LINES).reduce((sum, { accesses }) => sum + accesses.length, 0);
  const rows = shown.map((group) => sayGroup(group, vault));
  return richText(bullets(rows), ...(rest > 0 ? [line(said(`and ${rest} more, in Details`))] : []));
}

/** More than this is not read in a channel. */
const LINES = 8;

interface Group {
  accesses: AlertAccess[];
  worst: AlertAccess;
  newest: AlertAccess;
  isOpen: boolean;
}

/** Same act, same item, same state, same standing: one line. */
function grouped(alert: Alert, standing: Standing): Group[] {
  const groups = new Map<string, AlertAccess[]>();
  for (const access of alert.accesses) {
    const { item, action } = access.access;
    const key = JSON.stringify([item.id, action, access.assessment.state, isOpen(access, standing)]);
    groups.set(key, [...(groups.get(key) ?? []), access]);
  }
  return [...groups.values()]
    .map((accesses) => ({
      accesses,
      worst: accesses.reduce((worst, next) => (weight(next.assessment) > weight(worst.assessment) ? next : worst)),
      newest: accesses.reduce((newest, next) => (occurred(next) >= occurred(newest) ? next : newest)),
      isOpen: accesses.some((access) => isOpen(access, standing)),
    }))
    .sort((a, b) => Number(b.isOpen) - Number(a.isOpen) || occurred(b.newest) - occurred(a.newest));
}

const occurred = ({ access }: AlertAccess) => access.occurredAt.getTime();

/** "🔴 Company Visa opened 3 times, last yesterday, 02:13". */
function sayGroup({ accesses, worst, newest }: Group, vault: WatchedVault): RichTextElement[] {
  const n = accesses.length;
  const version = clean(newest.access.item.version ?? "", 12);
  return [
    said(
      `${sayState(worst.assessment).emoji} ${itemTitle(newest.access, vault)}${version && ` (version ${version})`} `,
    ),
    said(`${didWhat(newest.access.action)}${n > 1 ? ` ${sayTimes(n)}, last` : ""} `),
    when(newest.access.occurredAt, vault.timezone),
  ];
}
