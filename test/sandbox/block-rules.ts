/** One rule of Block Kit: what is built with a length or count of n, how much fits, and where Slack points when it doesn't. */
export interface SizeRule {
  what: string;
  most: number;
  least?: number;
  at: string;
  build: (size: number) => unknown;
}

const letters = (n: number) => "é".repeat(n);
export const plain = (text: string) => ({ type: "plain_text", text });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const times = <Item>(n: number, item: (index: number) => Item) => Array.from({ length: n }, (_, index) => item(index));

export const divider = { type: "divider" };
export const button = (more: object = {}) => ({ type: "button", action_id: "a", text: plain("Go"), ...more });
const option = (index = 0, more: object = {}) => ({ text: plain(`o${index}`), value: `v${index}`, ...more });
const actions = (...elements: unknown[]) => [{ type: "actions", elements }];
const select = (more: object) => ({ type: "static_select", action_id: "a", options: [option()], ...more });
const image = (more: object = {}) => ({
  type: "image",
  image_url: "https://example.com/a.png",
  alt_text: "a",
  ...more,
});
const input = (more: object = {}) => ({ type: "input", label: plain("L"), element: textInput(), ...more });
const textInput = (more: object = {}) => ({ type: "plain_text_input", action_id: "a", ...more });
const confirm = (more: object) =>
  actions(button({ confirm: { title: plain("T"), text: plain("t"), confirm: plain("Y"), deny: plain("N"), ...more } }));
const chart = (more: object) => [{ type: "data_visualization", title: "T", chart: more }];
const pie = (n: number) => ({ type: "pie", segments: times(n, (index) => ({ label: `s${index}`, value: 1 })) });
const bars = (series: unknown[], categories = ["c"]) => ({ type: "bar", series, axis_config: { categories } });
const serie = (name: string) => ({ name, data: [{ label: "c", value: 1 }] });
const cell = { type: "raw_text", text: "x" };
const dataTable = (rows: unknown, more: object = {}) => [{ type: "data_table", caption: "C", rows, ...more }];
const video = (more: object) => [
  {
    type: "video",
    title: plain("T"),
    alt_text: "a",
    video_url: "https://example.com/v",
    thumbnail_url: "https://example.com/t.png",
    ...more,
  },
];
const card = (more: object) => [{ type: "card", title: mrkdwn("T"), ...more }];
const container = (more: object) => [{ type: "container", title: plain("T"), child_blocks: [divider], ...more }];

export const messageSizes: SizeRule[] = [
  { what: "blocks in a message", most: 50, at: "/blocks", build: (n) => times(n, () => divider) },
  { what: "block_id", most: 255, at: "/blocks/0/block_id", build: (n) => [{ ...divider, block_id: letters(n) }] },
  {
    what: "section text",
    most: 3000,
    least: 1,
    at: "/blocks/0/text/text",
    build: (n) => [{ type: "section", text: mrkdwn(letters(n)) }],
  },
  {
    what: "section fields",
    most: 10,
    least: 1,
    at: "/blocks/0/fields",
    build: (n) => [{ type: "section", fields: times(n, () => plain("f")) }],
  },
  {
    what: "section field text",
    most: 2000,
    least: 1,
    at: "/blocks/0/fields/0/text",
    build: (n) => [{ type: "section", fields: [mrkdwn(letters(n))] }],
  },
  {
    what: "header",
    most: 150,
    least: 1,
    at: "/blocks/0/text/text",
    build: (n) => [{ type: "header", text: plain(letters(n)) }],
  },
  {
    what: "context elements",
    most: 10,
    least: 1,
    at: "/blocks/0/elements",
    build: (n) => [{ type: "context", elements: times(n, () => mrkdwn("c")) }],
  },
  {
    what: "actions elements",
    most: 25,
    least: 1,
    at: "/blocks/0/elements",
    build: (n) => actions(...times(n, (index) => button({ action_id: `a${index}` }))),
  },
  {
    what: "action_id",
    most: 255,
    least: 1,
    at: "/blocks/0/elements/0/action_id",
    build: (n) => actions(button({ action_id: letters(n) })),
  },
  {
    what: "button text",
    most: 75,
    least: 1,
    at: "/blocks/0/elements/0/text/text",
    build: (n) => actions(button({ text: plain(letters(n)) })),
  },
  {
    what: "button value",
    most: 2000,
    at: "/blocks/0/elements/0/value",
    build: (n) => actions(button({ value: letters(n) })),
  },
  {
    what: "button url",
    most: 3000,
    at: "/blocks/0/elements/0/url",
    build: (n) => actions(button({ url: letters(n) })),
  },
  {
    what: "button accessibility label",
    most: 75,
    at: "/blocks/0/elements/0/accessibility_label",
    build: (n) => actions(button({ accessibility_label: letters(n) })),
  },
  {
    what: "confirm title",
    most: 100,
    at: "/blocks/0/elements/0/confirm/title/text",
    build: (n) => confirm({ title: plain(letters(n)) }),
  },
  {
    what: "confirm text",
    most: 300,
    least: 1,
    at: "/blocks/0/elements/0/confirm/text/text",
    build: (n) => confirm({ text: mrkdwn(letters(n)) }),
  },
  {
    what: "confirm button",
    most: 30,
    at: "/blocks/0/elements/0/confirm/confirm/text",
    build: (n) => confirm({ confirm: plain(letters(n)) }),
  },
  {
    what: "confirm deny",
    most: 30,
    at: "/blocks/0/elements/0/confirm/deny/text",
    build: (n) => confirm({ deny: plain(letters(n)) }),
  },
  {
    what: "select options",
    most: 100,
    least: 1,
    at: "/blocks/0/elements/0/options",
    build: (n) => actions(select({ options: times(n, option) })),
  },
  {
    what: "select placeholder",
    most: 150,
    at: "/blocks/0/elements/0/placeholder/text",
    build: (n) => actions(select({ placeholder: plain(letters(n)) })),
  },
  {
    what: "option groups",
    most: 100,
    least: 1,
    at: "/blocks/0/elements/0/option_groups",
    build: (n) =>
      actions({
        type: "static_select",
        action_id: "a",
        option_groups: times(n, () => ({ label: plain("g"), options: [option()] })),
      }),
  },
  {
    what: "option group label",
    most: 75,
    at: "/blocks/0/elements/0/option_groups/0/label/text",
    build: (n) =>
      actions({
        type: "static_select",
        action_id: "a",
        option_groups: [{ label: plain(letters(n)), options: [option()] }],
      }),
  },
  {
    what: "option text",
    most: 75,
    at: "/blocks/0/elements/0/options/0/text/text",
    build: (n) => actions(select({ options: [option(0, { text: plain(letters(n)) })] })),
  },
  {
    what: "option value",
    most: 150,
    at: "/blocks/0/elements/0/options/0/value",
    build: (n) => actions(select({ options: [option(0, { value: letters(n) })] })),
  },
  {
    what: "option description",
    most: 75,
    at: "/blocks/0/elements/0/options/0/description/text",
    build: (n) => actions(select({ options: [option(0, { description: plain(letters(n)) })] })),
  },
  {
    what: "overflow options",
    most: 5,
    least: 1,
    at: "/blocks/0/elements/0/options",
    build: (n) => actions({ type: "overflow", action_id: "a", options: times(n, option) }),
  },
  {
    what: "overflow option url",
    most: 3000,
    at: "/blocks/0/elements/0/options/0/url",
    build: (n) => actions({ type: "overflow", action_id: "a", options: [option(0, { url: letters(n) })] }),
  },
  {
    what: "checkboxes",
    most: 10,
    least: 1,
    at: "/blocks/0/elements/0/options",
    build: (n) => actions({ type: "checkboxes", action_id: "a", options: times(n, option) }),
  },
  {
    what: "radio buttons",
    most: 10,
    least: 1,
    at: "/blocks/0/elements/0/options",
    build: (n) => actions({ type: "radio_buttons", action_id: "a", options: times(n, option) }),
  },
  {
    what: "image alt_text",
    most: 2000,
    least: 1,
    at: "/blocks/0/alt_text",
    build: (n) => [image({ alt_text: letters(n) })],
  },
  {
    what: "image url",
    most: 3000,
    least: 1,
    at: "/blocks/0/image_url",
    build: (n) => [image({ image_url: letters(n) })],
  },
  { what: "image title", most: 2000, at: "/blocks/0/title/text", build: (n) => [image({ title: plain(letters(n)) })] },
  {
    what: "markdown",
    most: 12_000,
    least: 1,
    at: "/blocks/0/text",
    build: (n) => [{ type: "markdown", text: letters(n) }],
  },
  {
    what: "markdown in all",
    most: 6000,
    at: "/blocks",
    build: (n) => times(2, () => ({ type: "markdown", text: letters(n) })),
  },
  { what: "tables", most: 1, at: "/blocks", build: (n) => times(n, () => ({ type: "table", rows: [[cell]] })) },
  {
    what: "table rows",
    most: 100,
    least: 1,
    at: "/blocks/0/rows",
    build: (n) => [{ type: "table", rows: times(n, () => [cell]) }],
  },
  {
    what: "table cells in a row",
    most: 20,
    least: 1,
    at: "/blocks/0/rows/0",
    build: (n) => [{ type: "table", rows: [times(n, () => cell)] }],
  },
  {
    what: "data table rows",
    most: 201,
    least: 2,
    at: "/blocks/0/rows",
    build: (n) => dataTable(times(n, () => [cell])),
  },
  {
    what: "data table columns",
    most: 20,
    at: "/blocks/0/rows/0",
    build: (n) => dataTable(times(2, () => times(n, () => cell))),
  },
  {
    what: "data table page size",
    most: 100,
    least: 1,
    at: "/blocks/0/page_size",
    build: (n) => dataTable([[cell], [cell]], { page_size: n }),
  },
  { what: "charts in a message", most: 2, at: "/blocks", build: (n) => times(n, () => chart(pie(1))[0]) },
  {
    what: "chart title",
    most: 50,
    least: 1,
    at: "/blocks/0/title",
    build: (n) => [{ type: "data_visualization", title: letters(n), chart: pie(1) }],
  },
  { what: "pie segments", most: 6, least: 1, at: "/blocks/0/chart/segments", build: (n) => chart(pie(n)) },
  {
    what: "pie label",
    most: 20,
    least: 1,
    at: "/blocks/0/chart/segments/0/label",
    build: (n) => chart({ type: "pie", segments: [{ label: letters(n), value: 1 }] }),
  },
  {
    what: "chart series",
    most: 6,
    least: 1,
    at: "/blocks/0/chart/series",
    build: (n) => chart(bars(times(n, (index) => serie(`s${index}`)))),
  },
  {
    what: "series name",
    most: 20,
    least: 1,
    at: "/blocks/0/chart/series/0/name",
    build: (n) => chart(bars([serie(letters(n))])),
  },
  {
    what: "chart categories",
    most: 20,
    at: "/blocks/0/chart/axis_config/categories",
    build: (n) => chart(bars([serie("s")], ["c", ...times(n - 1, (index) => `c${index}`)])),
  },
  {
    what: "card title",
    most: 150,
    least: 1,
    at: "/blocks/0/title/text",
    build: (n) => card({ title: mrkdwn(letters(n)) }),
  },
  {
    what: "card subtitle",
    most: 150,
    at: "/blocks/0/subtitle/text",
    build: (n) => card({ subtitle: mrkdwn(letters(n)) }),
  },
  { what: "card body", most: 200, at: "/blocks/0/body/text", build: (n) => card({ body: mrkdwn(letters(n)) }) },
  {
    what: "card actions",
    most: 3,
    least: 1,
    at: "/blocks/0/actions",
    build: (n) => card({ actions: times(n, (index) => button({ action_id: `a${index}` })) }),
  },
  {
    what: "carousel cards",
    most: 10,
    least: 1,
    at: "/blocks/0/elements",
    build: (n) => [{ type: "carousel", elements: times(n, () => card({})[0]) }],
  },
  {
    what: "container title",
    most: 150,
    least: 1,
    at: "/blocks/0/title/text",
    build: (n) => container({ title: plain(letters(n)) }),
  },
  {
    what: "container children",
    most: 10,
    least: 1,
    at: "/blocks/0/child_blocks",
    build: (n) => container({ child_blocks: times(n, () => divider) }),
  },
  {
    what: "context actions",
    most: 5,
    least: 1,
    at: "/blocks/0/elements",
    build: (n) => [
      {
        type: "context_actions",
        elements: times(n, (index) => ({
          type: "icon_button",
          icon: "trash",
          text: plain("x"),
          action_id: `a${index}`,
        })),
      },
    ],
  },
  {
    what: "video alt text",
    most: 200,
    least: 1,
    at: "/blocks/0/alt_text",
    build: (n) => video({ alt_text: letters(n) }),
  },
  {
    what: "video title",
    most: 200,
    least: 1,
    at: "/blocks/0/title/text",
    build: (n) => video({ title: plain(letters(n)) }),
  },
  { what: "video author", most: 50, at: "/blocks/0/author_name", build: (n) => video({ author_name: letters(n) }) },
  {
    what: "rich text",
    most: 3000,
    least: 1,
    at: "/blocks/0/elements/0/elements/0/text",
    build: (n) => [
      {
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text: letters(n) }] }],
      },
    ],
  },
];

export const modal = (more: object = {}) => ({ type: "modal", title: plain("T"), blocks: [divider], ...more });
const form = (more: object) => modal({ submit: plain("Send"), blocks: [input(more)] });

export const viewSizes: SizeRule[] = [
  {
    what: "blocks in a modal",
    most: 100,
    least: 1,
    at: "/view/blocks",
    build: (n) => modal({ blocks: times(n, () => divider) }),
  },
  {
    what: "modal title",
    most: 24,
    least: 1,
    at: "/view/title/text",
    build: (n) => modal({ title: plain(letters(n)) }),
  },
  {
    what: "modal submit",
    most: 24,
    least: 1,
    at: "/view/submit/text",
    build: (n) => modal({ submit: plain(letters(n)) }),
  },
  {
    what: "modal close",
    most: 24,
    least: 1,
    at: "/view/close/text",
    build: (n) => modal({ close: plain(letters(n)) }),
  },
  { what: "callback_id", most: 255, at: "/view/callback_id", build: (n) => modal({ callback_id: letters(n) }) },
  {
    what: "private_metadata",
    most: 3000,
    at: "/view/private_metadata",
    build: (n) => modal({ private_metadata: letters(n) }),
  },
  {
    what: "input label",
    most: 2000,
    least: 1,
    at: "/view/blocks/0/label/text",
    build: (n) => form({ label: plain(letters(n)) }),
  },
  { what: "input hint", most: 2000, at: "/view/blocks/0/hint/text", build: (n) => form({ hint: plain(letters(n)) }) },
  {
    what: "plain text input's max_length",
    most: 3000,
    least: 1,
    at: "/view/blocks/0/element/max_length",
    build: (n) => form({ element: textInput({ max_length: n }) }),
  },
  {
    what: "file input's max_files",
    most: 10,
    least: 1,
    at: "/view/blocks/0/element/max_files",
    build: (n) => form({ element: { type: "file_input", action_id: "a", max_files: n } }),
  },
  {
    what: "alert text",
    most: 200,
    least: 1,
    at: "/view/blocks/0/text/text",
    build: (n) => modal({ blocks: [{ type: "alert", text: mrkdwn(letters(n)) }] }),
  },
];

/** What breaks a rule that isn't a size: the blocks, where Slack points, and in which words. */
export const refusedBlocks: [what: string, blocks: unknown, at: string, says: string][] = [
  ["an unknown block", [{ type: "stamp" }], "/blocks/0/type", "unsupported type: stamp"],
  ["a block without type", [{}], "/blocks/0", "missing required field: type"],
  ["a block that is text", ["hello"], "/blocks/0", "must provide an object"],
  ["an alert outside a modal", [{ type: "alert", text: plain("x") }], "/blocks/0/type", "unsupported type: alert"],
  ["a section with nothing", [{ type: "section" }], "/blocks/0", "must define either `text` or `fields`"],
  ["a section's text as a bare string", [{ type: "section", text: "x" }], "/blocks/0/text", "must provide an object"],
  ["a header in mrkdwn", [{ type: "header", text: mrkdwn("x") }], "/blocks/0/text/type", "unsupported type: mrkdwn"],
  [
    "a button in mrkdwn",
    actions(button({ text: mrkdwn("x") })),
    "/blocks/0/elements/0/text/type",
    "unsupported type: mrkdwn",
  ],
  [
    "a button in a style of its own",
    actions(button({ style: "default" })),
    "/blocks/0/elements/0/style",
    "must be one of: primary, danger",
  ],
  ["a property that isn't known", [{ ...divider, color: "red" }], "/blocks/0", "invalid additional property: color"],
  [
    "the same block_id twice",
    [
      { ...divider, block_id: "b" },
      { ...divider, block_id: "b" },
    ],
    "/blocks/1/block_id",
    '`block_id` "b" already exists',
  ],
  [
    "the same action_id twice in a block",
    actions(button(), button()),
    "/blocks/0/elements/1/action_id",
    '`action_id` "a" already exists',
  ],
  [
    "an input's element among actions",
    actions(textInput()),
    "/blocks/0/elements/0/type",
    "unsupported type: plain_text_input",
  ],
  ["a button in an input block", [input({ element: button() })], "/blocks/0/element/type", "unsupported type: button"],
  [
    "an image with two sources",
    [image({ slack_file: { id: "F1" } })],
    "/blocks/0",
    "must define either `image_url` or `slack_file`",
  ],
  [
    "a select without options",
    actions({ type: "static_select", action_id: "a" }),
    "/blocks/0/elements/0",
    "must define either `options` or `option_groups`",
  ],
  [
    "an initial option that isn't offered",
    actions(select({ initial_option: option(7) })),
    "/blocks/0/elements/0/initial_option",
    "must be one of the provided options",
  ],
  [
    "a date that is none",
    actions({ type: "datepicker", action_id: "a", initial_date: "2026-13-01" }),
    "/blocks/0/elements/0/initial_date",
    "failed to match the required format",
  ],
  [
    "a confirm without text",
    actions(button({ confirm: { title: plain("T") } })),
    "/blocks/0/elements/0/confirm",
    "missing required field: text",
  ],
  [
    "a slice of nothing",
    chart({ type: "pie", segments: [{ label: "x", value: 0 }] }),
    "/blocks/0/chart/segments/0/value",
    "must be greater than 0",
  ],
  [
    "a label that is no category",
    chart(bars([{ name: "s", data: [{ label: "elsewhere", value: 1 }] }])),
    "/blocks/0/chart/series",
    "every label must be one of the axis categories",
  ],
  ["uneven rows", dataTable([[cell], [cell, cell]]), "/blocks/0/rows", "every row must have the same number of cells"],
  [
    "a container without title",
    [{ type: "container", child_blocks: [divider] }],
    "/blocks/0",
    "must define either `title` or `rich_text_title`",
  ],
];

export const refusedViews: [what: string, view: unknown, at: string, says: string][] = [
  [
    "an input without a submit button",
    modal({ blocks: [input()] }),
    "/view/submit",
    "a modal with input blocks must have a submit button",
  ],
  ["a modal without title", { type: "modal", blocks: [divider] }, "/view", "missing required field: title"],
  ["a title in mrkdwn", modal({ title: mrkdwn("x") }), "/view/title/type", "unsupported type: mrkdwn"],
  [
    "a table in a modal",
    modal({ blocks: [{ type: "table", rows: [[cell]] }] }),
    "/view/blocks/0/type",
    "unsupported type: table",
  ],
  [
    "markdown in a modal",
    modal({ blocks: [{ type: "markdown", text: "x" }] }),
    "/view/blocks/0/type",
    "unsupported type: markdown",
  ],
  ["a Home where a modal is due", { type: "home", blocks: [divider] }, "/view/type", "unsupported type: home"],
  [
    "two elements that want the focus",
    modal({
      submit: plain("Send"),
      blocks: [1, 2].map((index) => input({ element: textInput({ action_id: `a${index}`, focus_on_load: true }) })),
    }),
    "/view/blocks",
    "only one element may have focus_on_load",
  ],
  [
    "a minimum above the maximum",
    form({ element: textInput({ min_length: 9, max_length: 8 }) }),
    "/view/blocks/0/element/min_length",
    "must not be greater than max_length",
  ],
];
