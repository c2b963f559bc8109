import { objectOf, objectsOf } from "../wire.ts";
import { image, only } from "./elements.ts";
import { limits } from "./limits.ts";
import { richText } from "./rich-text.ts";
import type { Also, ObjectRule, Rule } from "./rule.ts";
import {
  anyNumber,
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
  positive,
  string,
  webAddress,
  whole,
  yesOrNo,
} from "./words.ts";

/** Every block, and on which surfaces Slack shows it. */

const { card, container, chart, dataTable, section, video } = limits;

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
const cellTypes: Record<string, ObjectRule> = {
  raw_text: object({ text: string(limits.text) }),
  raw_number: object({ value: anyNumber, text: string(limits.text) }),
  rich_text: richText,
};
const cell = byType(() => cellTypes);
const headerCellTypes: Record<string, ObjectRule> = { raw_text: cellTypes.raw_text ?? object({}) };

const headerRowIsPlain: Also = (value) => {
  const first: unknown = Array.isArray(value.rows) ? value.rows[0] : [];
  const wrong = objectsOf(first).some((one) => typeof one.type === "string" && !(one.type in headerCellTypes));
  return wrong ? [["rows/0", "the header row takes raw_text cells only"]] : [];
};
const rowsAreEven: Also = (value) => {
  const widths = Array.isArray(value.rows) ? value.rows.map((row) => (Array.isArray(row) ? row.length : 0)) : [];
  return new Set(widths).size > 1 ? [["rows", "every row must have the same number of cells"]] : [];
};

const point = object({ label: string(chart.label), value: anyNumber });
const axes = object(
  { categories: list(string(chart.label), 1, chart.points) },
  { x_label: string(chart.axisLabel), y_label: string(chart.axisLabel) },
);
const labelsAreCategories: Also = (value) => {
  const categories = objectOf(value.axis_config).categories;
  if (!Array.isArray(categories)) return [];
  const stray = objectsOf(value.series).some((one) => objectsOf(one.data).some((p) => !categories.includes(p.label)));
  return stray ? [["series", "every label must be one of the axis categories"]] : [];
};
const seriesChart = object(
  {
    series: list(object({ name: string(chart.label), data: list(point, 1, chart.points) }), 1, chart.series),
    axis_config: axes,
  },
  {},
  labelsAreCategories,
);
const chartTypes: Record<string, ObjectRule> = {
  pie: object({ segments: list(object({ label: string(chart.label), value: positive }), 1, chart.series) }),
  bar: seriesChart,
  line: seriesChart,
  area: seriesChart,
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
  data_table: object(
    { rows: list(list(cell, 1, dataTable.columns), 2, dataTable.rows), caption: string(limits.text) },
    { page_size: whole(1, dataTable.pageSize), row_header_column_index: whole(0, dataTable.columns - 1) },
    headerRowIsPlain,
    rowsAreEven,
  ),
  data_visualization: object({ title: string(chart.title), chart: byType(() => chartTypes) }),
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
  table: object(
    { rows: list(list(cell, 1, limits.table.cells), 1, limits.table.rows) },
    {
      column_settings: list(
        object({}, { align: oneOf("left", "center", "right"), is_wrapped: yesOrNo }),
        1,
        limits.table.cells,
      ),
    },
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
