import path from "node:path";
import type { Command } from "commander";
import { resetLesson } from "../setup/lesson-folder.js";
import type { Project } from "../setup/project.js";

/** `manabi lesson reset`. */
export function addLesson(program: Command, project: Project): void {
  program
    .command("lesson")
    .description("the lessons in my-lessons/")
    .command("reset")
    .description("bring a lesson back as it came; yours is kept under another name")
    .argument("<lesson>", "its number: 03")
    .action((lesson: string) => {
      const { file, kept } = resetLesson(project, lesson);
      console.log(`${path.relative(process.cwd(), file)} is as it came.`);
      if (kept !== undefined) console.log(`Yours is now ${path.relative(process.cwd(), kept)}.`);
    });
}
