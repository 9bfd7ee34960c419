/** `!command` and `%%bash`. */
import { mustSucceed, type Magics } from "./magic.js";

export const shell: Magics = {
  "!": {
    usage: "!command",
    summary: "Runs a command in a shell, in the notebook's folder.",
    argument: "text",
    async run({ runProgram }, command) {
      const { code, how } = await runProgram(String(command));
      if (code !== 0) process.stderr.write(`(ended ${how})\n`);
    },
  },
  "%%bash": {
    usage: "%%bash",
    summary: "Runs the cell as a script of bash.",
    argument: "text",
    run: ({ runProgram }, _, script) => mustSucceed("bash", runProgram("bash", ["-c", String(script)])),
  },
};
