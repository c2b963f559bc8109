import type { Block, HomeView, KnownBlock } from "@slack/types";
import type { WatchedVault } from "../../model.ts";
import { type Leading, leadBlocks } from "./home-lead.ts";
import { type Managing, vaultBlocks, waitingBlocks } from "./home-manager.ts";
import { type OwnRecord, recordBlocks } from "./home-record.ts";
import { intentBlocks, questionBlocks, type Staff } from "./home-staff.ts";
import { line, lines, richText, said } from "./rich-text.ts";
import { clean } from "./text.ts";

/** What one person is shown in Vaultbell's Home: only what they may see by the same rules by which they may click. */
export interface HomeFacts {
  /** As Slack describes the reader; the zone is their own. */
  reader: { name: string; zone: string };
  now: Date;
  /** Every watched vault, for the names of what purposes are for. */
  vaults: WatchedVault[];
  /** `null`: they answer for no vault, and nothing was escalated to them. */
  managing: Managing | null;
  staff: Staff;
  record: OwnRecord;
  /** `null`: they aren't among those who answer for the whole. */
  leading: Leading | null;
}

/** What comes first is what waits for the reader; what is only good to know comes last. */
export function homeView(facts: HomeFacts): HomeView {
  const { managing, leading, staff } = facts;
  return view([
    richText(line(said(`Hello ${firstWord(facts.reader.name)}. `, { bold: true }), said(todaysWord(facts)))),
    ...(managing ? waitingBlocks(managing, facts.now) : []),
    ...questionBlocks(staff, facts),
    ...intentBlocks(staff, facts),
    ...(managing ? vaultBlocks(managing, facts.now) : []),
    ...(leading ? leadBlocks(leading, facts.now) : []),
    ...recordBlocks(facts.record, facts),
  ]);
}

export type Outsider = "guest" | "stranger" | "not-a-person" | "unknown";

/** To whom nothing of the house is shown: short and polite, and with a way on. */
export function outsiderHome(who: Outsider): HomeView {
  return view([richText(lines([[said("Hello, this is Vaultbell.", { bold: true })], [said(OUTSIDERS[who])]]))]);
}

const OUTSIDERS: Record<Outsider, string> = {
  guest:
    "I tell the people who answer for a shared vault when something in it is opened. This page is for members of this workspace; guests find nothing here. If you want to know what is recorded of you, please ask whoever invited you.",
  stranger:
    "I tell the people who answer for a shared vault when something in it is opened. You are here from another workspace, so there is nothing that I could show you.",
  "not-a-person": "This page is for people.",
  unknown: "Slack couldn’t tell me just now who you are, so I show nothing. Please open this page again in a minute.",
};

function todaysWord({ managing, staff }: HomeFacts): string {
  const alerts = managing?.total ?? 0;
  const questions = staff.questions.length + staff.unused.length + staff.moreQuestions;
  const many = managing?.isMore ? "at least " : "";
  const waiting = [
    ...(alerts > 0 ? [`${many}${alerts === 1 ? "1 alert waits" : `${alerts} alerts wait`} for a verdict`] : []),
    ...(questions > 0
      ? [questions === 1 ? "1 question is open to you" : `${questions} questions are open to you`]
      : []),
  ];
  return waiting.length > 0 ? `${sentence(waiting.join(", and "))}.` : "Nothing waits for you.";
}

const sentence = (words: string) => words.replace(/^./, (letter) => letter.toUpperCase());
const firstWord = (name: string) => clean(name, 40).split(/\s/)[0] || "there";

/** Slack takes a hundred blocks. The parts keep well below that together; what would be more is cut here, and said. */
function view(blocks: KnownBlock[]): HomeView {
  const fits = blocks.length <= 100;
  const shown: Block[] = fits
    ? blocks
    : [...blocks.slice(0, 99), richText(line(said("There is more than this page can hold.")))];
  return { type: "home", blocks: shown as KnownBlock[] };
}
