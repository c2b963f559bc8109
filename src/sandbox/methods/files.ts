import type { StoredFile } from "../changes.ts";
import { destination } from "../channels.ts";
import { SlackError } from "../errors.ts";
import { messageAt, post } from "../messages.ts";
import { objectsOf, textOf, type Wire } from "../wire.ts";
import type { Workspace } from "../workspace.ts";
import type { Methods } from "./method.ts";

const longestAltText = 1000;

export const fileMethods: Methods = {
  "files.getUploadURLExternal": {
    scopes: ["files:write"],
    rate: "tier4",
    run: (args, { workspace }) => {
      const name = textOf(args.filename) ?? "";
      const length = Number(args.length);
      if (name === "" || !Number.isInteger(length) || length <= 0) throw new SlackError("invalid_arguments");
      const altText = textOf(args.alt_txt) ?? "";
      if ([...altText].length > longestAltText) throw new SlackError("invalid_arguments");
      const file: StoredFile = { id: workspace.nextId("F"), name, length, title: name, altText, isComplete: false };
      workspace.commit({ kind: "file-announced", file });
      return { upload_url: `${workspace.base}/upload/${file.id}`, file_id: file.id };
    },
  },
  "files.completeUploadExternal": {
    scopes: ["files:write"],
    rate: "tier4",
    run: (args, { workspace }) => {
      const asked = objectsOf(args.files);
      if (asked.length === 0) throw new SlackError("invalid_arguments");
      const stored = asked.map((one) => uploadedFile(workspace, one.id));
      if (stored.some(({ isComplete }) => isComplete)) throw new SlackError("file_not_found");
      if (args.thread_ts && !args.channel_id) throw new SlackError("invalid_arguments");
      const channel = args.channel_id ? destination(workspace, args.channel_id) : undefined;
      const threadTs = textOf(args.thread_ts);
      if (channel && threadTs && messageAt(workspace, channel.id, threadTs) === undefined) {
        throw new SlackError("thread_not_found");
      }
      for (const [index, { id, title }] of stored.entries()) {
        workspace.commit({ kind: "file-completed", id, title: textOf(asked[index]?.title) ?? title });
      }
      const files = stored.map(({ id }) => fileWire(workspace, id));
      if (channel !== undefined) {
        post(workspace, {
          channel: channel.id,
          user: workspace.options.workspace.bot.userId,
          isBot: true,
          text: textOf(args.initial_comment) ?? "",
          blocks: [],
          attachments: [],
          files,
          ...(threadTs ? { threadTs } : {}),
        });
      }
      return { files };
    },
  },
};

function uploadedFile(workspace: Workspace, id: unknown): StoredFile {
  const file = workspace.state.files.get(textOf(id) ?? "");
  if (file === undefined || file.base64 === undefined) throw new SlackError("file_not_found");
  return file;
}

function fileWire(workspace: Workspace, id: string): Wire {
  const file = workspace.state.files.get(id);
  if (file === undefined) throw new SlackError("file_not_found");
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    size: file.length,
    ...(file.altText ? { alt_txt: file.altText } : {}),
    mimetype: file.name.endsWith(".png") ? "image/png" : "application/octet-stream",
    user: workspace.options.workspace.bot.userId,
    permalink: `${workspace.base}/files/${file.id}`,
  };
}

/** The bytes of an announced file: raw, or the first part of a form, as the SDK sends them. */
export function storeUpload(workspace: Workspace, id: string, contentType: string, body: Buffer): number {
  const file = workspace.state.files.get(id);
  if (file === undefined || file.isComplete) throw new SlackError("file_not_found");
  const bytes = contentType.startsWith("multipart/form-data") ? firstPart(contentType, body) : body;
  if (bytes.length !== file.length) throw new SlackError("file_upload_size_restricted");
  workspace.commit({ kind: "file-stored", id, base64: bytes.toString("base64") });
  return bytes.length;
}

function firstPart(contentType: string, body: Buffer): Buffer {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? "";
  const start = body.indexOf("\r\n\r\n");
  const end = body.indexOf(`\r\n--${boundary}`, start);
  if (boundary === "" || start < 0 || end < 0) throw new SlackError("invalid_form_data");
  return body.subarray(start + 4, end);
}
