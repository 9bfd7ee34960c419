import { unusableExitCode } from "../../channel/messages.js";
import { exitNow } from "../../intrinsics.js";

/**
 * Ends a process that can tell nothing any more, because code has replaced what it works with. If code has closed the
 * connection to the front process, that process notices, says so and ends this one.
 */
export function endIfBroken(error: unknown): void {
  if ((error as NodeJS.ErrnoException | undefined)?.code !== "EBADF") exitNow(unusableExitCode);
}
