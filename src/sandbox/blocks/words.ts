import { limits } from "./limits.ts";
import type { Also, ObjectRule, Rule } from "./rule.ts";

/** The words of the schema: short builders for rules, so that the tables read like Slack's reference pages. */

type Fields = Readonly<Record<string, Rule>>;

export function object(required: Fields, optional: Fields = {}, ...also: Also[]): ObjectRule {
  return { kind: "object", required, optional, also };
}

export function string(max: number, min = 1): Rule {
  return { kind: "string", min, max };
}

export function matching(matches: RegExp): Rule {
  return { kind: "string", min: 1, max: 3000, matches };
}

export function oneOf(...words: string[]): Rule {
  return { kind: "string", min: 1, max: 255, oneOf: words };
}

export function whole(min: number, max: number): Rule {
  return { kind: "number", min, max, whole: true };
}

export const anyNumber: Rule = { kind: "number", min: -Infinity, max: Infinity, whole: false };
export const positive: Rule = { kind: "number", min: 0, max: Infinity, whole: false, above: 0 };
export const yesOrNo: Rule = { kind: "boolean" };
export const anything: Rule = { kind: "anything" };
export const id: Rule = string(255);
export const webAddress: Rule = { kind: "string", min: 1, max: 3000, matches: /^(https?|mailto|slack):/ };

export function list(of: Rule, min: number, max: number): Rule {
  return { kind: "list", of, min, max };
}

export function byType(types: () => Readonly<Record<string, ObjectRule>>): Rule {
  return { kind: "by-type", types };
}

export function plain(max: number): Rule {
  const types = { plain_text: object({ text: string(max) }, { emoji: yesOrNo }) };
  return byType(() => types);
}

export function mrkdwn(max: number): Rule {
  const types = { mrkdwn: object({ text: string(max) }, { verbatim: yesOrNo }) };
  return byType(() => types);
}

export function eitherText(max: number): Rule {
  const types = {
    plain_text: object({ text: string(max) }, { emoji: yesOrNo }),
    mrkdwn: object({ text: string(max) }, { verbatim: yesOrNo }),
  };
  return byType(() => types);
}

export const confirm: Rule = object(
  { text: eitherText(limits.confirm.text) },
  {
    title: plain(limits.confirm.title),
    confirm: plain(limits.confirm.confirm),
    deny: plain(limits.confirm.deny),
    style: oneOf("primary", "danger"),
  },
);

export function exactlyOne(...names: string[]): Also {
  const quoted = names.map((name) => `\`${name}\``).join(" or ");
  return (value) =>
    names.filter((name) => value[name] !== undefined).length === 1 ? [] : [["", `must define either ${quoted}`]];
}

export function atLeastOne(...names: string[]): Also {
  const quoted = names.map((name) => `\`${name}\``).join(" or ");
  return (value) => (names.some((name) => value[name] !== undefined) ? [] : [["", `must define either ${quoted}`]]);
}

export function ordered(smaller: string, larger: string): Also {
  return (value) => {
    const [low, high] = [Number(value[smaller]), Number(value[larger])];
    return low > high ? [[smaller, `must not be greater than ${larger}`]] : [];
  };
}
