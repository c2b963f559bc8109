/** Whether an address that Slack gave is one of Slack's own hosts, unless the operator pointed us at another Slack (T25). */
export function isSlacks(address: string, apiUrl: string | null): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (apiUrl !== null) return protocol === "http:" || protocol === "https:";
  return protocol === "https:" && /(^|\.)slack(-gov)?\.com$/.test(hostname);
}
