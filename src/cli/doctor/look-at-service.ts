import type { Check } from "../../bot/checks.ts";
import { bad, good, unknown, warning } from "./say.ts";

/** Asks the Vaultbell that runs on this port how it is. It may as well run elsewhere, which is no fault. */
export async function lookAtService(port: number, withinMs = 5_000): Promise<Check[]> {
  const what = `service on port ${port}`;
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(withinMs) });
  } catch (error) {
    if (error instanceof Error && error.name === "TimeoutError") {
      return [bad(what, "takes the question and doesn't answer", "Look at its log, then restart it.")];
    }
    return [unknown(what, "nobody answers: Vaultbell doesn't run here just now")];
  }
  const state = readState(await response.text());
  if (state === null) {
    return [bad(what, "another program answers there", "Stop that one, or choose another port: PORT=3001.")];
  }
  const remarks = state.remarks.map((remark) => warning(what, plain(remark), "See above for what to do."));
  if (state.ready) return [good(what, "is ready"), ...remarks];
  return [
    ...state.problems.map((problem) => bad(what, plain(problem), "It goes on by itself once that is mended.")),
    ...remarks,
  ];
}

function readState(text: string): { ready: boolean; problems: string[]; remarks: string[] } | null {
  try {
    const { ready, problems, remarks } = JSON.parse(text);
    const areLists = Array.isArray(problems) && Array.isArray(remarks);
    return typeof ready === "boolean" && areLists ? { ready, problems, remarks } : null;
  } catch {
    return null;
  }
}

/** Without its full stop: the remedy follows after one. */
function plain(sentence: string): string {
  return String(sentence).slice(0, 400).replace(/\.$/, "");
}
