import type { WebClient } from "@slack/web-api";
import { pngOf } from "./png.ts";
import { readTrouble } from "./slack-error.ts";
import { isSlacks } from "./slack-hosts.ts";
import type { DigestPicture } from "./views/digest-picture.ts";

/** Pictures in Slack, as files in a thread. */
export interface Pictures {
  /** `null`: this platform makes none. */
  draw(picture: DigestPicture): Promise<Buffer | null>;
  /** Throws where nobody knows whether Slack has it. */
  upload(
    png: Buffer,
    to: { channel: string; threadTs: string; filename: string; picture: DigestPicture },
  ): Promise<PictureOutcome>;
}

export type PictureOutcome =
  | { kind: "uploaded"; fileId: string }
  /** Slack certainly shows nothing of it; `trouble` in Slack's word, or ours. */
  | { kind: "failed"; trouble: string };

const uploadWithinMs = 20_000;
/** Slack takes no more. */
const altAtMost = 1000;

/** `apiUrl`: where Slack is instead of itself, for tests and proxies. */
export function createPictures(client: () => WebClient, apiUrl: string | null): Pictures {
  return {
    draw: ({ svg }) => pngOf(svg),
    async upload(png, { channel, threadTs, filename, picture }) {
      let id: string;
      try {
        id = await put(png, filename, picture.alt.slice(0, altAtMost));
      } catch (error) {
        // Until an upload is completed nobody sees it.
        return { kind: "failed", trouble: readTrouble(error).code };
      }
      try {
        const files: [{ id: string; title: string }] = [{ id, title: picture.title }];
        await client().files.completeUploadExternal({ files, channel_id: channel, thread_ts: threadTs });
      } catch (error) {
        const trouble = readTrouble(error);
        if (trouble.kind === "unsure") throw error;
        return { kind: "failed", trouble: trouble.code };
      }
      return { kind: "uploaded", fileId: id };
    },
  };

  /** Returns the file's id. */
  async function put(png: Buffer, filename: string, alt: string): Promise<string> {
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
    return id;
  }
}
