/** Short ways to write blocks down; every part can be replaced by `more`. */

export const letters = (n: number) => "é".repeat(n);
export const plain = (text: string) => ({ type: "plain_text", text });
export const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
export const times = <Item>(n: number, item: (index: number) => Item) =>
  Array.from({ length: n }, (_, index) => item(index));

export const divider = { type: "divider" };
export const button = (more: object = {}) => ({ type: "button", action_id: "a", text: plain("Go"), ...more });
export const option = (index = 0, more: object = {}) => ({ text: plain(`o${index}`), value: `v${index}`, ...more });
export const actions = (...elements: unknown[]) => [{ type: "actions", elements }];
export const select = (more: object) => ({ type: "static_select", action_id: "a", options: [option()], ...more });
export const image = (more: object = {}) => ({
  type: "image",
  image_url: "https://example.com/a.png",
  alt_text: "a",
  ...more,
});
export const input = (more: object = {}) => ({ type: "input", label: plain("L"), element: textInput(), ...more });
export const textInput = (more: object = {}) => ({ type: "plain_text_input", action_id: "a", ...more });
export const confirm = (more: object) =>
  actions(button({ confirm: { title: plain("T"), text: plain("t"), confirm: plain("Y"), deny: plain("N"), ...more } }));
export const chart = (more: object) => [{ type: "data_visualization", title: "T", chart: more }];
export const pie = (n: number) => ({ type: "pie", segments: times(n, (index) => ({ label: `s${index}`, value: 1 })) });
export const bars = (series: unknown[], categories = ["c"]) => ({ type: "bar", series, axis_config: { categories } });
export const serie = (name: string) => ({ name, data: [{ label: "c", value: 1 }] });
export const cell = { type: "raw_text", text: "x" };
export const dataTable = (rows: unknown, more: object = {}) => [{ type: "data_table", caption: "C", rows, ...more }];
export const video = (more: object) => [
  {
    type: "video",
    title: plain("T"),
    alt_text: "a",
    video_url: "https://example.com/v",
    thumbnail_url: "https://example.com/t.png",
    ...more,
  },
];
export const card = (more: object) => [{ type: "card", title: mrkdwn("T"), ...more }];
export const container = (more: object) => [{ type: "container", title: plain("T"), child_blocks: [divider], ...more }];

export const modal = (more: object = {}) => ({ type: "modal", title: plain("T"), blocks: [divider], ...more });
export const form = (more: object) => modal({ submit: plain("Send"), blocks: [input(more)] });
export const feedback = (more: object) => [
  {
    type: "context_actions",
    elements: [
      {
        type: "feedback_buttons",
        positive_button: { text: plain("Good"), value: "good", ...more },
        negative_button: { text: plain("Bad"), value: "bad" },
      },
    ],
  },
];
