import type { WebClient } from "@slack/web-api";
import { pngOf } from "./png.ts";
import { isSlacks } from "./slack-hosts.ts";
import type { DigestPicture } from "./views/digest-picture.ts";

/** Pictures in Slack, as files in a thread. */
export interface Pictures {
  /** `null`: this platform makes none. */
  draw(picture: DigestPicture): Promise<Buffer | null>;
  /** Returns the file's id. Throws what Slack says, or that it said nothing. */
  upload(
    png: Buffer,
    to: { channel: string; threadTs: string; filename: string; picture: DigestPicture },
  ): Promise<string>;
}

const uploadWithinMs = 20_000;
/** Slack takes no more. */
const altAtMost = 1000;

/** `apiUrl`: where Slack is instead of itself, for tests and proxies. */
export function createPictures(client: () => WebClient, apiUrl: string | null): Pictures {
  return {
    draw: ({ svg }) => pngOf(svg),
    async upload(png, { channel, threadTs, filename, picture }) {
      const alt = picture.alt.slice(0, altAtMost);
      // Slack's documentation has `alt_txt`, its library `alt_text`; whichever isn't known is passed over.
      const file = { filename, length: png.length, alt_txt: alt, alt_text: alt };
      const { upload_url: address, file_id: id } = await client().files.getUploadURLExternal(file);
      if (typeof address !== "string" || typeof id !== "string") throw new Error("Slack gave no address to upload to");
      if (!isSlacks(address, apiUrl)) throw new Error("Slack gave an address to upload to that isn't its own");
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: new Uint8Array(png),
        redirect: "error",
        signal: AbortSignal.timeout(uploadWithinMs),
      });
      await response.arrayBuffer();
      if (!response.ok) throw new Error(`the upload was answered ${response.status}`);
      await client().files.completeUploadExternal({
        files: [{ id, title: picture.title }],
        channel_id: channel,
        thread_ts: threadTs,
      });
      return id;
    },
  };
}
