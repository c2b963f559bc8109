import { createTransport } from "nodemailer";

interface Mail {
  subject: string;
  text: string;
}

/**
 * Sends plain-text mails through the operator's server. `smtpUrl` as nodemailer reads it: smtp://user:password@host:587, or
 * smtps:// for TLS from the beginning. The sender is `from`, or the user where it is an address. Rejects when the server
 * doesn't take a mail within 20 seconds.
 */
export function mailer(smtpUrl: string, from: string | null): (mail: Mail, to: string[]) => Promise<void> {
  const url = new URL(smtpUrl);
  const user = decodeURIComponent(url.username);
  const sender = from ?? (user.includes("@") ? user : `vaultbell@${url.hostname}`);
  const transport = transportTo(smtpUrl);
  return async ({ subject, text }, to) => {
    await transport.sendMail({ from: sender, to, subject, text });
  };
}

/** Whether the mail server takes us; sends nothing. Rejects with what it says instead. */
export async function askMailServer(smtpUrl: string): Promise<void> {
  const transport = transportTo(smtpUrl);
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

function transportTo(smtpUrl: string) {
  return createTransport({
    url: smtpUrl,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}
