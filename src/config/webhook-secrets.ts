import type { EnvironmentMistake } from "./environment.ts";

/** Reads WEBHOOK_SECRETS: `whsec_` and base64 of 24 to 64 bytes each (Standard Webhooks), with spaces between them. */
export function readWebhookSecrets(
  value: string | undefined,
  isSandbox: boolean,
): { secrets: string[]; mistakes: EnvironmentMistake[] } {
  if (value === undefined) {
    const problem = "WEBHOOK_SECRETS is not set, and without it nobody can tell a vault's report from a forged one";
    return { secrets: [], mistakes: isSandbox ? [] : [{ variable, problem, remedy: howToMake }] };
  }
  const secrets = [...new Set(value.split(/\s+/))];
  const mistakes = secrets.flatMap((secret, index) => {
    const fault = faultOf(secret);
    if (fault === null) return [];
    // Told apart by place, because a secret is never shown.
    const which = secrets.length === 1 ? "the secret" : `secret ${index + 1} of ${secrets.length}`;
    return [{ variable, problem: `${which} in WEBHOOK_SECRETS ${fault}`, remedy: howToMake }];
  });
  return { secrets, mistakes };
}

const variable = "WEBHOOK_SECRETS";

const howToMake =
  'Make one with `echo "whsec_$(openssl rand -base64 32)"`, give it to the vault service, and set WEBHOOK_SECRETS to it; several have spaces between them.';

function faultOf(secret: string): string | null {
  if (!secret.startsWith("whsec_")) return "doesn't begin with whsec_";
  const encoded = secret.slice("whsec_".length);
  const bytes = Buffer.from(encoded, "base64");
  if (encoded === "" || bytes.toString("base64") !== encoded) return "is not base64 after whsec_";
  if (bytes.length < 24) return `has ${bytes.length} bytes, where 24 to 64 are needed`;
  return bytes.length > 64 ? `has ${bytes.length} bytes, where 24 to 64 are allowed` : null;
}
