import { readFileSync } from "node:fs";
import type { z } from "zod";
import { pathText } from "./explain.ts";
import { readYaml } from "./yaml.ts";
import type { Path } from "./yaml-tree.ts";

/** Reads a mapping file by `shape`; every mistake with its line. */
export function readMappingFile<T>(
  file: string,
  shape: z.ZodType<T>,
  lacking: (read: T) => string[],
): { ok: true; mapping: T } | { ok: false; mistakes: string[] } {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    return { ok: false, mistakes: [`${file} can't be read (${(error as NodeJS.ErrnoException).code ?? "unknown"})`] };
  }
  const yaml = readYaml(text);
  const at = ({ line, column }: { line: number; column: number }) => `${file}:${line}:${column}`;
  if (yaml.faults.length > 0) {
    return {
      ok: false,
      mistakes: yaml.faults.map(({ place, problem, remedy }) => `${at(place)}  ${problem}. ${remedy}`),
    };
  }
  const read = shape.safeParse(yaml.value);
  if (!read.success) return { ok: false, mistakes: read.error.issues.map((issue) => sayIssue(issue, yaml, at)) };
  const missing = lacking(read.data);
  const [place] = [yaml.place(["fields"])];
  return missing.length > 0
    ? {
        ok: false,
        mistakes: [`${at(place)}  fields says nothing of ${missing.join(", ")}. Each needs a pointer or a constant.`],
      }
    : { ok: true, mapping: read.data };
}

function sayIssue(
  issue: z.core.$ZodIssue,
  yaml: ReturnType<typeof readYaml>,
  at: (place: { line: number; column: number }) => string,
): string {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const [key] = issue.keys;
    return `${at(yaml.place(path, key))}  ${pathText(path)}: the key "${key}" is not known here`;
  }
  const said =
    issue.code === "invalid_union"
      ? 'must be a JSON pointer, such as "/event/type", or { from, values, otherwise, as }'
      : issue.message;
  return `${at(yaml.place(path))}  ${pathText(path) || "the file"}: ${said}`;
}
