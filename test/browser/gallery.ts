import type { Block, Message, State } from "../../src/sandbox/page/shapes.d.ts";

/** A workspace whose one channel shows every kind of block, and mrkdwn that is easily misread. */

const now = new Date("2026-11-24T09:20:00Z");
const nowSeconds = now.getTime() / 1000;
const plain = (text: string) => ({ type: "plain_text", text, emoji: true });
const mrkdwn = (text: string) => ({ type: "mrkdwn", text });
const option = (text: string, value: string, description?: string) => ({
  text: plain(text),
  value,
  ...(description ? { description: plain(description) } : {}),
});
const confirm = {
  title: plain("Are you sure?"),
  text: mrkdwn("This tells *everybody* in the channel."),
  confirm: plain("Yes, mark it"),
  deny: plain("No"),
  style: "danger",
};

const alertBlocks: Block[] = [
  {
    type: "section",
    block_id: "what",
    text: mrkdwn(
      `:red_circle: *<@U02DANA> revealed Company Visa* in Company cards, <!date^${nowSeconds - 900}^{date_short_pretty} at {time}^Tue 10:05 CET>`,
    ),
    accessory: {
      type: "overflow",
      action_id: "more",
      options: [option("Ask Dana", "ask"), option("Mute for an hour", "mute", "with a reason")],
    },
  },
  {
    type: "section",
    block_id: "facts",
    fields: [
      mrkdwn("*Purpose*\nnothing was announced"),
      mrkdwn("*Where*\nMadrid, ES"),
      mrkdwn("*Device*\n1Password for Mac 8.10.4"),
      mrkdwn("*Reported*\n2 min later"),
    ],
  },
  { type: "context", block_id: "why", elements: [mrkdwn("Saturday 02:13 in Madrid, outside Mon–Fri 08:00–19:00.")] },
  {
    type: "actions",
    block_id: "verdict",
    elements: [
      { type: "button", action_id: "expected", style: "primary", text: plain("Expected"), value: "a1:1" },
      { type: "button", action_id: "suspicious", style: "danger", text: plain("Suspicious"), value: "a1:1", confirm },
      {
        type: "static_select",
        action_id: "assign",
        placeholder: plain("Ask somebody"),
        options: [option("Marta", "marta"), option("Juan", "juan")],
      },
      {
        type: "overflow",
        action_id: "rest",
        options: [option("History", "history"), { ...option("Open the vault", "vault"), url: "https://example.com/" }],
      },
    ],
  },
];

const everyBlock: Block[] = [
  { type: "header", text: plain("Every kind of block :bell:") },
  { type: "divider" },
  {
    type: "rich_text",
    elements: [
      {
        type: "rich_text_section",
        elements: [
          { type: "text", text: "Rich: " },
          { type: "text", text: "bold ", style: { bold: true } },
          { type: "text", text: "italic ", style: { italic: true } },
          { type: "text", text: "gone", style: { strike: true } },
          { type: "text", text: " <b>not markup</b> *nor bold* " },
          { type: "text", text: "code", style: { code: true } },
          { type: "text", text: " " },
          { type: "user", user_id: "U02MARTA" },
          { type: "text", text: " " },
          { type: "channel", channel_id: "C0SECURITY" },
          { type: "text", text: " " },
          { type: "emoji", name: "lock" },
          { type: "text", text: " " },
          { type: "link", url: "https://example.com/a", text: "a link" },
          { type: "text", text: " " },
          { type: "date", timestamp: nowSeconds, format: "{date_long} {time}", fallback: "now" },
        ],
      },
      {
        type: "rich_text_list",
        style: "ordered",
        elements: [
          { type: "rich_text_section", elements: [{ type: "text", text: "first" }] },
          { type: "rich_text_section", elements: [{ type: "text", text: "second" }] },
        ],
      },
      {
        type: "rich_text_list",
        style: "bullet",
        indent: 1,
        elements: [{ type: "rich_text_section", elements: [{ type: "text", text: "under it" }] }],
      },
      { type: "rich_text_quote", elements: [{ type: "text", text: "quoted as said" }] },
      { type: "rich_text_preformatted", elements: [{ type: "text", text: "a  b\n  c" }] },
    ],
  },
  {
    type: "image",
    image_url: "https://example.com/plot.png",
    alt_text: "A plot of accesses",
    title: plain("Accesses"),
  },
  {
    type: "section",
    text: mrkdwn("With a picture"),
    accessory: { type: "image", image_url: "/sandbox/icon.svg", alt_text: "a bell" },
  },
  {
    type: "context",
    elements: [
      { type: "image", image_url: "/sandbox/icon.svg", alt_text: "a bell" },
      mrkdwn("context with _two_ parts"),
      plain("plain :wave:"),
    ],
  },
  {
    type: "markdown",
    text: "## A heading\nSome **bold**, *italic*, `code` and [a link](https://example.com/b).\n\n- one\n- two\n\n> said\n\n```\npre\n```",
  },
  {
    type: "table",
    column_settings: [{ is_wrapped: true }, { align: "right" }],
    rows: [
      [
        { type: "raw_text", text: "Item" },
        { type: "raw_text", text: "Reveals" },
      ],
      [
        { type: "raw_text", text: "Company Visa" },
        { type: "raw_number", text: "14" },
      ],
      [
        {
          type: "rich_text",
          elements: [
            { type: "rich_text_section", elements: [{ type: "text", text: "Payroll", style: { bold: true } }] },
          ],
        },
        { type: "raw_text", text: "2" },
      ],
    ],
  },
  { type: "hologram", block_id: "new" },
  {
    type: "actions",
    elements: [
      { type: "datepicker", action_id: "day", initial_date: "2026-11-24" },
      { type: "timepicker", action_id: "hour", initial_time: "10:20" },
      { type: "mind_reader", action_id: "x" },
    ],
  },
];

const misreadable = [
  "*bold* _italic_ ~gone~ `co*d*e` *_both_* 2*3*4 snake_case_name * not bold * :tada: :not_an_emoji:",
  "<@U02DANA> <#C0SECURITY> <!here> <https://example.com/x?a=1&amp;b=2|a &lt;link&gt;> <javascript:alert(1)|click> &lt;@U02DANA&gt; &amp;amp;",
  "> quoted *line*",
  "&gt; and so is this",
  "after https://example.com/path. end",
  "```<b>*pre*</b>\n  kept```",
  "<img src=x onerror=alert(1)>",
  `<!date^${nowSeconds + 86_400}^{date_short_pretty} {time}|tomorrow> <!date^${nowSeconds}^{no_such}|the fallback>`,
].join("\n");

const messages: Message[] = [
  { ts: `${nowSeconds - 90_000}.000100`, user: "U02MARTA", text: "Good morning :wave:" },
  { ts: `${nowSeconds - 89_990}.000100`, user: "U02MARTA", text: "Second line in a row" },
  { ts: `${nowSeconds - 4000}.000100`, user: "U0BOT", isBot: true, text: "every block", blocks: everyBlock },
  { ts: `${nowSeconds - 3000}.000100`, user: "U02DANA", text: misreadable },
  {
    ts: `${nowSeconds - 900}.000100`,
    user: "U0BOT",
    isBot: true,
    text: "Unexplained: Dana revealed Company Visa",
    blocks: alertBlocks,
    editedAt: `${nowSeconds - 600}.000000`,
    replies: [
      {
        ts: `${nowSeconds - 800}.000100`,
        user: "U0BOT",
        isBot: true,
        text: "Waiting for a manager · next: Juan at 10:45",
      },
    ],
  },
  {
    ts: `${nowSeconds - 500}.000100`,
    user: "U0BOT",
    isBot: true,
    text: "with a bar",
    attachments: [{ color: "#e01e5a", text: "An attachment with a *bar*" }],
  },
  {
    ts: `${nowSeconds - 400}.000100`,
    user: "U0BOT",
    isBot: true,
    isEphemeral: true,
    text: "You opened this item yourself, so somebody else must judge it. <@U02MARTA> and <@U02JUAN> can.",
  },
];

export const modalView = {
  id: "V1",
  callbackId: "form",
  title: plain("Every kind of input"),
  submit: plain("Save"),
  close: plain("Back"),
  blocks: [
    { type: "section", block_id: "intro", text: mrkdwn("This alerts *Marta*.") },
    {
      type: "input",
      block_id: "note",
      label: plain("What happened?"),
      hint: plain("One sentence is enough."),
      element: { type: "plain_text_input", action_id: "text", multiline: true, max_length: 300 },
    },
    {
      type: "input",
      block_id: "vault",
      label: plain("Vault"),
      optional: true,
      element: {
        type: "static_select",
        action_id: "pick",
        options: [option("Company cards", "cards"), option("Payroll", "payroll")],
        initial_option: option("Payroll", "payroll"),
      },
    },
    {
      type: "input",
      block_id: "day",
      label: plain("Day"),
      element: { type: "datepicker", action_id: "date", initial_date: "2026-11-24" },
    },
    {
      type: "input",
      block_id: "hour",
      label: plain("From"),
      element: { type: "timepicker", action_id: "time", initial_time: "10:20" },
    },
    {
      type: "input",
      block_id: "who",
      label: plain("Tell"),
      element: {
        type: "checkboxes",
        action_id: "boxes",
        options: [option("Marta", "marta", "vault manager"), option("Juan", "juan")],
        initial_options: [option("Juan", "juan")],
      },
    },
    {
      type: "input",
      block_id: "long",
      label: plain("For how long"),
      element: {
        type: "radio_buttons",
        action_id: "radio",
        options: [option("1 hour", "1h"), option("2 hours", "2h")],
        initial_option: option("1 hour", "1h"),
      },
    },
  ] as Block[],
};

export function galleryState(): State {
  return {
    team: { id: "T0", name: "Northwind" },
    botUser: { id: "U0BOT", name: "Vaultbell" },
    now: now.toISOString(),
    movedByMs: 0,
    as: "U02DANA",
    appConnected: true,
    people: [
      { id: "U02DANA", name: "dana", realName: "Dana Ruiz", tz: "Europe/Madrid", title: "staff" },
      { id: "U02MARTA", name: "marta", realName: "Marta Vidal", tz: "Europe/Madrid", title: "vault manager" },
      { id: "U02JUAN", name: "juan", realName: "Juan Soto", tz: "Europe/Madrid", title: "vault manager" },
      { id: "U02LENA", name: "lena", realName: "Lena Park", tz: "America/New_York", title: "staff" },
      { id: "U02GIL", name: "gil", realName: "Gil Guest", tz: "Europe/Madrid", isUltraRestricted: true },
      { id: "U02OMAR", name: "omar", realName: "Omar Haddad", tz: "Europe/Madrid", deleted: true },
    ],
    channels: [
      { id: "C0CARDS", name: "vault-company-cards", isMember: true },
      { id: "C0SECURITY", name: "security", isPrivate: true, isMember: true },
      { id: "C0GENERAL", name: "general", isMember: true },
      { id: "D0BOT", name: "", isDirect: true, with: "U0BOT", isMember: true },
    ],
    messages: { C0CARDS: structuredClone(messages), C0SECURITY: [], C0GENERAL: [], D0BOT: [] },
    view: null,
    home: null,
    vaults: [
      {
        id: "v_cards",
        name: "Company cards",
        items: [
          { id: "i_visa", title: "Company Visa" },
          { id: "i_amex", title: "Travel card <b>&amp; more</b>" },
        ],
      },
    ],
    commands: ["/intent"],
    guide: {
      steps: ["announce", "reveal-day", "reveal-night", "self-clear", "verdict"].map((id) => ({
        id,
        done: id === "announce",
      })),
    },
  };
}
