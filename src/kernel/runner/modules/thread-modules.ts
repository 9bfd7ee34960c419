/** Gives a thread what `threads.ts` starts it for: the hooks of local modules, before its own file is loaded. */
import { LocalModules } from "./local-modules.js";

new LocalModules().start();
