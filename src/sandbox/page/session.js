// @ts-check
// The page's line to its server: the state as one person sees it, told anew whenever it changes, and what that person does.

/** @typedef {import("./shapes.d.ts").State} State */
/** @typedef {import("./shapes.d.ts").Answer} Answer */
/** @typedef {{ userId?: string, channel: string, text: string }} Notification */
/**
 * @typedef {object} Listeners
 * @property {(state: State) => void} changed
 * @property {(notification: Notification) => void} notified
 * @property {(sentence: string | null) => void} trouble null when all is well again
 */

/** @param {Listeners} listeners */
export function openSession({ changed, notified, trouble }) {
  /** @type {string | null} */
  let as = null;
  /** @type {EventSource | null} */
  let events = null;
  /** @type {Promise<void> | null} */
  let fetching = null;
  let again = false;

  /** Fetches the state. Calls during a fetch make one more fetch, not many, and all of them wait for it. */
  function refresh() {
    again = true;
    fetching ??= fetchUntilCurrent().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  async function fetchUntilCurrent() {
    while (again) {
      again = false;
      const asked = as;
      const state = await fetchState(asked).catch(() => null);
      trouble(state ? null : "Vaultbell isn't answering. Is it still running? This page tries again by itself.");
      if (!state || asked !== as) continue;
      // Whom the server proposed is who acts from now on, before anybody has chosen.
      as ??= state.as;
      changed(state);
    }
  }

  /** @param {string | null} person null for whom the server proposes */
  function become(person) {
    as = person;
    events?.close();
    events = new EventSource(`/sandbox/events${query(person)}`);
    events.addEventListener("open", refresh);
    events.addEventListener("changed", refresh);
    events.addEventListener("error", refresh);
    events.addEventListener("notification", (event) => notified(JSON.parse(event.data)));
    return refresh();
  }

  /** @param {string} kind @param {Record<string, unknown>} [details] @returns {Promise<Answer>} */
  async function act(kind, details = {}) {
    const body = JSON.stringify({ as, kind, ...details });
    const headers = { "content-type": "application/json" };
    const answer = await fetch("/sandbox/act", { method: "POST", headers, body })
      .then((response) => response.json())
      .catch(() => ({ ok: false, error: "unreachable", message: "Vaultbell didn't answer. Is it still running?" }));
    refresh();
    return answer;
  }

  return { become, act, refresh };
}

/** @param {string | null} as @returns {Promise<State>} */
async function fetchState(as) {
  const response = await fetch(`/sandbox/state${query(as)}`);
  if (!response.ok) throw new Error(`state: ${response.status}`);
  return response.json();
}

/** @param {string | null} as */
const query = (as) => (as ? `?as=${encodeURIComponent(as)}` : "");
