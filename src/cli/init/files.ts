import { closeSync, existsSync, openSync, renameSync, writeSync } from "node:fs";
import { stringify } from "yaml";
import type { Answers } from "./questions.ts";

/** vaultbell.yaml, as somebody would begin to write it. */
export function yamlOf({ timezone, vaults }: Answers): string {
  const written = stringify(
    {
      timezone,
      vaults: vaults.map(({ id, name, channel, managers, hours }) => ({
        id,
        name,
        channel,
        managers,
        hours,
        intent: "required",
      })),
      digest: { day: "Mon", at: "09:00" },
    },
    { lineWidth: 0 },
  );
  return [
    "# yaml-language-server: $schema=./vaultbell.schema.json",
    "# Written by `vaultbell init`. vaultbell.example.yaml explains every setting; `npx vaultbell check` reads this file.",
    "# Who else hears of an alert that nobody judges (escalate), items worth naming, holidays: see there.",
    "",
    written,
  ].join("\n");
}

/** Lines as Node's reader of such files takes them: in quotes where something in the value would end it. */
export function envOf(variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    const quote = ["'", '"', "`"].find((one) => !value.includes(one)) ?? "";
    return `${name}=${/^[\w+/=:.@?&%~-]*$/.test(value) ? value : `${quote}${value}${quote}`}`;
  });
  return [
    "# Written by `vaultbell init`. Secrets: nobody but Vaultbell's user should read this file.",
    ...lines,
    "",
  ].join("\n");
}

/** For the owner's eyes only. What was there is kept beside it; returns under which name, `null`: nothing was. */
export function writeKept(file: string, text: string): string | null {
  let kept: string | null = null;
  if (existsSync(file)) {
    let n = 1;
    while (existsSync(`${file}.${n}`)) n += 1;
    kept = `${file}.${n}`;
    renameSync(file, kept);
  }
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
  return kept;
}
