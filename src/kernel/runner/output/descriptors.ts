/** Writing to descriptors at once, whoever has made them non-blocking. */
import { writeSync } from "../../intrinsics.js";

/** False if user code has closed the descriptor. */
export function writeRaw(descriptor: number, bytes: Buffer): boolean {
  try {
    writeAll(descriptor, bytes);
    return true;
  } catch {
    return false;
  }
}

const sleepCell = new Int32Array(new SharedArrayBuffer(4));

/** Waits for a reader that is slow. */
export function writeAll(descriptor: number, bytes: Buffer): void {
  for (let offset = 0; offset < bytes.length;) {
    try {
      offset += writeSync(descriptor, bytes, offset);
    } catch (error) {
      // A child process that inherited the descriptor may have made it non-blocking for all its holders.
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      Atomics.wait(sleepCell, 0, 0, 1);
    }
  }
}
