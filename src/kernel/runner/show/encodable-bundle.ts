/** MIME bundles that JSON cannot hold: one form that fails takes no other with it, nor the cell. */
import type { MimeBundle, RunnerOutput } from "../../contracts.js";
import { stringify } from "../../intrinsics.js";
import type { OutputChannel } from "../output/output-channel.js";

type Display = Extract<RunnerOutput, { data: MimeBundle }>;

/** The usual bundle is made into JSON once. */
export function sendBundle(channel: OutputChannel, message: Display): void {
  try {
    channel.message(message);
  } catch {
    channel.message({ ...message, data: encodableBundle(message.data) });
  }
}

/** Whole numbers beyond JSON's become numbers where those are exact, else texts; other forms that fail are left out. */
export function encodableBundle(data: MimeBundle): MimeBundle {
  const encodable: MimeBundle = {};
  for (const [type, content] of Object.entries(data)) {
    try {
      stringify(content);
      encodable[type] = content;
    } catch {
      try {
        encodable[type] = JSON.parse(stringify(content, withoutBigints)) as unknown;
      } catch {
        // A circle, perhaps.
      }
    }
  }
  if (Object.keys(encodable).length > 0 || Object.keys(data).length === 0) return encodable;
  return { "text/plain": `[${Object.keys(data).join(", ")}: not JSON]` };
}

function withoutBigints(_key: string, value: unknown): unknown {
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}
