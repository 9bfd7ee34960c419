/** `node part.cjs NAME`: a part of the kernel in a process or thread of its own. */
import parts = require("./parts.cjs");

void parts.load(process.argv[2]!);
