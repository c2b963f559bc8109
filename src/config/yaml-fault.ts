import type { ErrorCode, YAMLError } from "yaml";
import { quoted } from "./reading.ts";

export interface Fault {
  problem: string;
  remedy: string;
}

/** What YAML's parser complains of, in words for somebody who doesn't know YAML's grammar by heart. */
export function describeYamlError(error: YAMLError): Fault {
  if (isOpenQuote(error)) {
    return { problem: "this quote is never closed", remedy: "End the text with the quote that begins it." };
  }
  const own = error.message.startsWith("Sequence item without") ? faults.BAD_INDENT : faults[error.code];
  if (own) return own;
  const [sentence = ""] = error.message.split("\n");
  return {
    problem: `this isn't YAML (${quoted(sentence).slice(1, -1)})`,
    remedy: "Compare this line with vaultbell.example.yaml.",
  };
}

export function isOpenQuote(error: YAMLError): boolean {
  return error.code === "MISSING_CHAR" && error.message.startsWith("Missing closing");
}

const faults: Partial<Record<ErrorCode, Fault>> = {
  BAD_INDENT: {
    problem: "this line is indented otherwise than the lines it belongs to, or a bracket before it isn't closed",
    remedy: "Begin it exactly under its neighbours, and close every [ and {.",
  },
  TAB_AS_INDENT: { problem: "this line is indented with a tab", remedy: "Indent with spaces." },
  BAD_SCALAR_START: {
    problem: "a text can't begin with this character",
    remedy: 'Put the text in quotes, such as "@text".',
  },
  BAD_DQ_ESCAPE: {
    problem: "this backslash begins nothing that YAML knows",
    remedy: "Write it twice (\\\\), or use single quotes.",
  },
  BLOCK_AS_IMPLICIT_KEY: {
    problem: "there is a second colon on this line",
    remedy: "Put the text that contains it in quotes.",
  },
  MULTILINE_IMPLICIT_KEY: {
    problem: "this line has no colon, or the colon is on another line",
    remedy: "Write `key: value`, with a space after the colon.",
  },
  NON_STRING_KEY: { problem: "a key must be a plain word", remedy: "Write `key: value`." },
  MULTIPLE_DOCS: { problem: "a second document begins in this file", remedy: "Remove the line ---." },
  TAG_RESOLVE_FAILED: { problem: "tags (!name) aren't read here", remedy: "Remove the tag." },
  RESOURCE_EXHAUSTION: {
    problem: "there are too many levels within each other",
    remedy: "Nothing here needs more than six.",
  },
};
