import type { SandboxChannel, SandboxPerson, SandboxUserGroup, SandboxVault, SandboxWorkspace } from "./types.ts";

/** The seeded company: two vault managers, two colleagues, a guest, and one who has left. */
export function demoWorkspace(
  extra: {
    people?: SandboxPerson[];
    channels?: SandboxChannel[];
    vaults?: SandboxVault[];
    userGroups?: SandboxUserGroup[];
  } = {},
): { workspace: SandboxWorkspace; vaults: SandboxVault[] } {
  const people = byId([...seededPeople, ...(extra.people ?? [])]);
  const active = people.filter((person) => person.deleted !== true && person.isUltraRestricted !== true);
  const everybody = active.map((person) => person.id);
  const seededChannels: SandboxChannel[] = [
    { id: "C0CARDS", name: "vault-company-cards", members: [...everybody, "U02GIL"] },
    { id: "C0SECURITY", name: "security", members: everybody },
    { id: "C0GENERAL", name: "general", members: everybody },
  ];
  return {
    workspace: {
      teamId: "T0SANDBOX",
      teamName: "Vaultbell sandbox",
      bot: { userId: "U0VAULTBELL", botId: "B0VAULTBELL", appId: "A0VAULTBELL", name: "vaultbell" },
      people,
      channels: byId([...seededChannels, ...(extra.channels ?? [])]),
      userGroups: extra.userGroups ?? [{ id: "S0MANAGERS", handle: "vault-managers", users: ["U02MARTA", "U02JUAN"] }],
    },
    vaults: byId([...seededVaults, ...(extra.vaults ?? [])]),
  };
}

const seededPeople: SandboxPerson[] = [
  {
    id: "U02DANA",
    name: "dana",
    realName: "Dana Ruiz",
    email: "dana@example.com",
    tz: "Europe/Madrid",
    avatarColor: "#2b7de9",
    title: "staff",
  },
  {
    id: "U02MARTA",
    name: "marta",
    realName: "Marta Vidal",
    email: "marta@example.com",
    tz: "Europe/Madrid",
    avatarColor: "#8d3fae",
    title: "vault manager",
  },
  {
    id: "U02JUAN",
    name: "juan",
    realName: "Juan Soto",
    email: "juan@example.com",
    tz: "Europe/Madrid",
    avatarColor: "#1f8a5b",
    title: "vault manager",
  },
  {
    id: "U02LENA",
    name: "lena",
    realName: "Lena Park",
    email: "lena@example.com",
    tz: "America/New_York",
    avatarColor: "#c4601d",
    title: "staff",
  },
  {
    id: "U02GIL",
    name: "gil",
    realName: "Gil Guest",
    email: "gil@partner.example",
    tz: "Europe/London",
    avatarColor: "#7a6a53",
    title: "guest",
    isRestricted: true,
    isUltraRestricted: true,
  },
  {
    id: "U02OMAR",
    name: "omar",
    realName: "Omar Haddad",
    email: "omar@example.com",
    tz: "Europe/Madrid",
    avatarColor: "#5b6670",
    title: "has left",
    deleted: true,
  },
];

const seededVaults: SandboxVault[] = [
  {
    id: "v_cards",
    name: "Company cards",
    items: [
      { id: "i_visa", title: "Company Visa", category: "credit_card" },
      { id: "i_amex", title: "Travel Amex", category: "credit_card" },
      { id: "i_bank", title: "Bank portal", category: "login" },
    ],
  },
];

/** Later entries replace earlier ones of the same id. */
function byId<Item extends { id: string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
