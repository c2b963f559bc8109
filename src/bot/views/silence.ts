import { sayDuration } from "../../time.ts";
import type { MessageView } from "./alert.ts";
import { bold, line, quoted, richText, said, users, when } from "./rich-text.ts";
import { plainMrkdwn } from "./text.ts";

interface Silence {
  source: string;
  /** When it last spoke. */
  since: Date;
  /** `null`: it spoke on few days before. */
  usualMs: number | null;
  usualOn: "weekdays" | "weekends" | null;
  toldAt: Date;
}

/** Silence is never mistaken for safety: said to the managers, once, with what is usual and what to look at. */
export function sourceSilent(
  {
    source,
    since,
    usualMs,
    usualOn,
    toldAt,
    isAsked,
    awayMs,
  }: Silence & {
    /** It is a service that is asked, by a token. */
    isAsked: boolean;
    /** For how long of it Vaultbell wasn't running. */
    awayMs: number;
  },
  { zone, managers, blockId }: { zone: string; managers: string[]; blockId: string },
): MessageView {
  const lead = `No access has been reported for ${sayDuration(toldAt.getTime() - since.getTime())}`;
  const usual = sayUsual(usualMs, usualOn);
  const isSetUp = isAsked ? " still set up, and may its token still see these vaults?" : " still set up?";
  return {
    text: `${lead}; ${usual}. Is the ${plainMrkdwn(source, 40) || "source"}${isSetUp}`,
    blocks: [
      {
        ...richText(
          line(
            said("🔇 "),
            bold(`${lead}`),
            said("; the last came "),
            when(since, zone),
            said(`, and ${usual}. Is the `),
            quoted(source, 40, "source"),
            said(`${isSetUp} What is opened meanwhile isn’t seen here.`),
            ...(awayMs === 0
              ? []
              : [said(` Vaultbell itself wasn’t running for ${sayDuration(awayMs)} of that time.`)]),
            ...(managers.length > 0 ? [said(" "), ...users(managers), said(": do you know why?")] : []),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_silence", event_payload: {} },
  };
}

function sayUsual(usualMs: number | null, usualOn: Silence["usualOn"]): string {
  if (usualMs === null) return "it had spoken on few days before";
  const days = usualOn === "weekends" ? "at weekends" : "on weekdays";
  return `${days} one comes every ${sayDuration(Math.max(usualMs, 60_000))} or so`;
}

export function sourceSpeaks(
  { source, since, spokeAt }: Silence & { spokeAt: Date },
  { zone, blockId }: { zone: string; blockId: string },
): MessageView {
  const length = sayDuration(spokeAt.getTime() - since.getTime());
  return {
    text: `Accesses are reported again after ${length} of silence`,
    blocks: [
      {
        ...richText(
          line(
            said("🔈 "),
            bold("Accesses are reported again"),
            said(", by the "),
            quoted(source, 40, "source"),
            said(`, after ${length} of silence that began `),
            when(since, zone),
            said(". What happened meanwhile comes late, or never: it was not necessarily nothing."),
          ),
        ),
        block_id: blockId,
      },
    ],
    metadata: { event_type: "vaultbell_silence", event_payload: {} },
  };
}
