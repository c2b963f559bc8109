import type { ObjectRule, Rule } from "./rule.ts";
import { anyNumber, byType, id, list, object, oneOf, string, whole, yesOrNo } from "./words.ts";

/** `rich_text`: text in which nothing is read, with its marks beside it. */

const style = object(
  {},
  {
    bold: yesOrNo,
    italic: yesOrNo,
    strike: yesOrNo,
    code: yesOrNo,
    underline: yesOrNo,
    highlight: yesOrNo,
    client_highlight: yesOrNo,
    unlink: yesOrNo,
  },
);
const styled = { style };
const border = { border: whole(0, 1) };

const inline: Record<string, ObjectRule> = {
  text: object({ text: string(3000) }, styled),
  link: object({ url: string(3000) }, { ...styled, text: string(3000), unsafe: yesOrNo }),
  user: object({ user_id: id }, styled),
  usergroup: object({ usergroup_id: id }, styled),
  channel: object({ channel_id: id }, styled),
  team: object({ team_id: id }, styled),
  emoji: object({ name: id }, { ...styled, unicode: id, url: string(3000), skin_tone: anyNumber }),
  date: object({ timestamp: anyNumber, format: id }, { ...styled, url: string(3000), fallback: string(3000) }),
  broadcast: object({ range: oneOf("here", "channel", "everyone") }, styled),
  color: object({ value: id }, styled),
};
const inlines = list(
  byType(() => inline),
  0,
  1000,
);
const section = object({ elements: inlines });
const sections = { rich_text_section: section };

const parts: Record<string, ObjectRule> = {
  rich_text_section: section,
  rich_text_quote: object({ elements: inlines }, border),
  rich_text_preformatted: object({ elements: inlines }, { ...border, language: id }),
  rich_text_list: object(
    {
      elements: list(
        byType(() => sections),
        1,
        1000,
      ),
      style: oneOf("bullet", "ordered"),
    },
    { ...border, indent: whole(0, 8), offset: whole(0, 10_000) },
  ),
};

const richTextParts: Rule = list(
  byType(() => parts),
  1,
  1000,
);

export const richText: ObjectRule = object({ elements: richTextParts }, { block_id: string(255) });
