import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PlantedBug } from "./bugs.ts";

const root = join(import.meta.dirname, "..", "..", "..");
/** What a simulation needs of the project; Node runs no TypeScript below node_modules, so the copy is elsewhere. */
const needed = ["package.json", "src", "migrations", "test/simulation", "test/support"];

/** Copies the product and plants the bug in the copy. Throws when what it replaces isn't there: then it must be written anew. */
export function plant(bug: PlantedBug): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "vaultbell-planted-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    for (const path of needed) cpSync(join(root, path), join(folder, path), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
    for (const { file, from, to } of bug.changes) {
      const path = join(folder, file);
      const text = readFileSync(path, "utf8");
      const found =
        typeof from === "string" ? text.split(from).length - 1 : [...text.matchAll(new RegExp(from, "g"))].length;
      if (found !== 1) throw new Error(`${bug.name}: ${file} has ${found} places to change instead of one: ${from}`);
      writeFileSync(path, typeof from === "string" ? text.split(from).join(to) : text.replace(from, to));
    }
    return { folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
