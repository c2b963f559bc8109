import { objectsOf } from "../wire.ts";
import { dataBlocks } from "./data.ts";
import { image, only } from "./elements.ts";
import { limits } from "./limits.ts";
import { richText } from "./rich-text.ts";
import type { ObjectRule, Rule } from "./rule.ts";
import {
  anything,
  atLeastOne,
  byType,
  eitherText,
  exactlyOne,
  id,
  list,
  mrkdwn,
  object,
  oneOf,
  plain,
  string,
  webAddress,
  whole,
  yesOrNo,
} from "./words.ts";

/** Every block, and on which surfaces Slack shows it. */

const { card, container, section, video } = limits;

const selects = [
  "static_select",
  "users_select",
  "conversations_select",
  "channels_select",
  "external_select",
] as const;
const multiSelects = [
  "multi_static_select",
  "multi_users_select",
  "multi_conversations_select",
  "multi_channels_select",
  "multi_external_select",
] as const;
const pickers = ["datepicker", "timepicker", "checkboxes", "radio_buttons"] as const;

const accessory = only("button", "image", "overflow", "workflow_button", ...pickers, ...selects, ...multiSelects);
const actionElement = only(
  "button",
  "overflow",
  "workflow_button",
  "datetimepicker",
  "rich_text_input",
  ...pickers,
  ...selects,
  ...multiSelects,
);
const inputElement = only(
  "plain_text_input",
  "email_text_input",
  "url_text_input",
  "number_input",
  "rich_text_input",
  "file_input",
  "datetimepicker",
  ...pickers,
  ...selects,
  ...multiSelects,
);

const contextTypes: Record<string, ObjectRule> = {
  image,
  plain_text: object({ text: string(limits.text) }, { emoji: yesOrNo }),
  mrkdwn: object({ text: string(limits.text) }, { verbatim: yesOrNo }),
};
const imageElement = byType(() => ({ image }));
const cardFields = {
  hero_image: imageElement,
  icon: imageElement,
  title: mrkdwn(card.title),
  subtitle: mrkdwn(card.subtitle),
  body: mrkdwn(card.body),
  subtext: mrkdwn(card.subtext),
  actions: list(only("button"), 1, card.actions),
};
const taskFields = {
  details: byType(() => ({ rich_text: richText })),
  output: byType(() => ({ rich_text: richText })),
  sources: list(object({ url: webAddress, text: string(limits.text) }), 1, 100),
};

const block = {
  actions: object({ elements: list(actionElement, 1, limits.actionsElements) }),
  alert: object(
    { text: eitherText(limits.alertText) },
    { level: oneOf("default", "info", "warning", "error", "success") },
  ),
  card: object({}, cardFields, atLeastOne("hero_image", "title", "body", "actions")),
  carousel: object({
    elements: list(byType(cards), 1, limits.carouselCards),
  }),
  container: object(
    { child_blocks: list(byType(containerChildren), 1, container.children) },
    {
      title: plain(container.title),
      rich_text_title: byType(() => ({ rich_text: richText })),
      subtitle: eitherText(container.subtitle),
      width: oneOf("narrow", "standard", "wide", "full"),
      icon: imageElement,
      is_collapsible: yesOrNo,
      default_collapsed: yesOrNo,
      has_header_divider: yesOrNo,
    },
    exactlyOne("title", "rich_text_title"),
  ),
  context: object({
    elements: list(
      byType(() => contextTypes),
      1,
      limits.contextElements,
    ),
  }),
  context_actions: object({
    elements: list(only("feedback_buttons", "icon_button"), 1, limits.contextActionsElements),
  }),
  ...dataBlocks,
  divider: object({}),
  header: object({ text: plain(limits.headerText) }, { level: whole(1, 6) }),
  image: object(
    { alt_text: string(limits.image.alt) },
    { ...image.optional, title: plain(limits.image.title) },
    ...image.also,
  ),
  input: object(
    { label: plain(limits.input.label), element: inputElement },
    { hint: plain(limits.input.hint), optional: yesOrNo, dispatch_action: yesOrNo },
  ),
  markdown: object({ text: string(limits.markdown) }),
  plan: object({ title: string(limits.text) }, { tasks: list(anything, 1, 50) }),
  rich_text: richText,
  section: object(
    {},
    {
      text: eitherText(section.text),
      fields: list(eitherText(section.field), 1, section.fields),
      accessory,
      expand: yesOrNo,
    },
    atLeastOne("text", "fields"),
  ),
  task_card: object(
    { task_id: id, title: string(limits.text), status: oneOf("pending", "in_progress", "complete", "error") },
    taskFields,
  ),
  video: object(
    {
      video_url: webAddress,
      thumbnail_url: webAddress,
      alt_text: string(video.alt),
      title: plain(video.title),
    },
    {
      title_url: webAddress,
      author_name: string(video.author),
      provider_name: string(video.provider),
      provider_icon_url: webAddress,
      description: plain(video.description),
    },
  ),
} satisfies Record<string, ObjectRule>;

type BlockName = keyof typeof block;

/** The blocks with the field that every one of them may carry. */
const blocks: Record<BlockName, ObjectRule> = mapBlocks((rule) => ({
  ...rule,
  optional: { ...rule.optional, block_id: string(limits.blockId, 0) },
}));

const everywhere: BlockName[] = [
  "actions",
  "context",
  "divider",
  "header",
  "image",
  "input",
  "rich_text",
  "section",
  "video",
];

export type Surface = "message" | "modal" | "home";

const surfaces: Record<Surface, BlockName[]> = {
  message: [
    ...everywhere,
    "card",
    "carousel",
    "container",
    "context_actions",
    "data_table",
    "data_visualization",
    "markdown",
    "plan",
    "table",
    "task_card",
  ],
  modal: [...everywhere, "alert"],
  home: everywhere,
};

/** What may stand in the `blocks` of a surface. */
export function blocksOf(surface: Surface): Rule {
  const allowed: Record<string, ObjectRule> = Object.fromEntries(surfaces[surface].map((name) => [name, blocks[name]]));
  return list(
    byType(() => allowed),
    surface === "message" ? 0 : 1,
    limits.blocks[surface],
  );
}

function cards(): Record<string, ObjectRule> {
  return { card: blocks.card };
}

function containerChildren(): Record<string, ObjectRule> {
  const names: BlockName[] = [...everywhere, "table"];
  return Object.fromEntries(names.map((name) => [name, blocks[name]]));
}

function mapBlocks(change: (rule: ObjectRule) => ObjectRule): Record<BlockName, ObjectRule> {
  const names = Object.keys(block) as BlockName[];
  return Object.fromEntries(names.map((name) => [name, change(block[name])])) as Record<BlockName, ObjectRule>;
}

export const view: Record<"modal" | "home", ObjectRule> = {
  modal: object(
    { title: plain(limits.view.title), blocks: blocksOf("modal") },
    {
      ...viewFields(),
      submit: plain(limits.view.submit),
      close: plain(limits.view.close),
      clear_on_close: yesOrNo,
      notify_on_close: yesOrNo,
      submit_disabled: yesOrNo,
    },
    (value) =>
      value.submit === undefined && objectsOf(value.blocks).some((one) => one.type === "input")
        ? [["submit", "a modal with input blocks must have a submit button"]]
        : [],
  ),
  home: object({ blocks: blocksOf("home") }, viewFields()),
};

function viewFields(): Record<string, Rule> {
  return {
    callback_id: string(limits.view.callbackId, 0),
    private_metadata: string(limits.view.privateMetadata, 0),
    external_id: string(255, 0),
  };
}
