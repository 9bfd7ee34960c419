/**
 * Magics: lines that are commands to the kernel, as in IPython. They are found before anything parses the cell:
 * `%name argument` and `!command` where a statement could start, `%%name argument` as the first line of a cell.
 */
import { magics, noSuchMagic } from "../magics/index.js";
import { isComplete } from "./completeness.js";
import { isNegation } from "./negation.js";

export interface LineMagic {
  name: string;
  argument: string;
  /** Range of the whole command, and start of its argument, in the cell. */
  start: number;
  end: number;
  argumentStart: number;
}

export interface CellMagic extends LineMagic {
  /** Where the rest of the cell starts. */
  bodyStart: number;
}

/** `name?` in a line of its own: the name is code like any other. */
export interface Question {
  /** As written, with the question marks. */
  text: string;
  start: number;
  end: number;
}

export interface CellMagics {
  /** The `%%name` that the cell starts with. */
  cell: CellMagic | undefined;
  /** Commands among the lines of code. */
  lines: LineMagic[];
  questions: Question[];
}

/** How tslab's cells are marked that do not run in the notebook. */
const tslabMark = /^(\s*\/\*\*[\s*]*)(@module|@browser)\b[ \t]*([\w./-]*)[\s*]*\*\//;
const cellMagic = /^\s*(%%\w+)[ \t]*([^\n]*)(?:\n|$)/;
const candidate =
  /^[ \t]*(?:(%[a-z]+\b|!(?=[\w./~$]))[ \t]*([^\n]*)|((?:\?{1,2}[\w$.]+|[\w$.]+\?{1,2})[ \t]*;?[ \t]*))$/gm;

/**
 * @example
 * findMagics("!ls\n1 + 1").lines // [{ name: "!", argument: "ls", start: 0, end: 3, argumentStart: 1 }]
 */
export function findMagics(source: string): CellMagics {
  const none: CellMagics = { cell: undefined, lines: [], questions: [] };
  const mark = tslabMark.exec(source);
  if (mark) {
    const [text, before = "", name = "", argument = ""] = mark;
    const argumentStart = text.indexOf(argument, before.length + name.length);
    const end = argumentStart + argument.length;
    // The comment is a part of the module.
    return {
      cell: { name, argument, start: before.length, end, argumentStart, bodyStart: 0 },
      lines: [],
      questions: [],
    };
  }
  if (!/^[ \t]*[%!?]|\?[ \t]*;?[ \t]*$/m.test(source)) return none;
  const first = cellMagic.exec(source);
  if (first) {
    const [text, name = "", argument = ""] = first;
    const start = text.indexOf(name);
    const argumentStart = start + text.slice(start).indexOf(argument, name.length);
    const cell = {
      name,
      argument: argument.trim(),
      start,
      end: argumentStart + argument.length,
      argumentStart,
    };
    return { cell: { ...cell, bodyStart: text.length }, lines: [], questions: [] };
  }
  const lines: LineMagic[] = [];
  const questions: Question[] = [];
  /** The cell up to here, without commands. */
  let before = "";
  let from = 0;
  for (const match of source.matchAll(candidate)) {
    const [text, name = "", argument = "", question] = match;
    before += source.slice(from, match.index);
    from = match.index;
    const isOther =
      question === undefined
        ? (name !== "!" && !(name in magics)) || (name === "!" && isNegation(argument))
        : // The first line of a conditional expression looks the same.
          isComplete(source).status === "complete";
    if (isOther || isComplete(before).status !== "complete") continue;
    const start = match.index + text.search(/\S/);
    const end = match.index + text.length;
    from = end;
    if (question === undefined)
      lines.push({ name, argument: argument.trim(), start, end, argumentStart: end - argument.length });
    else questions.push({ text: question.replace(/[\s;]+$/, ""), start, end });
  }
  return { cell: undefined, lines, questions };
}

/**
 * The code of a cell without its commands, every character at its old place: for all who only read it.
 * Undefined if the cell is not code at all.
 */
export function codeWithoutMagics(
  source: string,
  { cell, lines, questions } = findMagics(source),
): string | undefined {
  const blank = (text: string, start: number, end: number): string =>
    text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, " ") + text.slice(end);
  if (cell) return magics[cell.name]?.argument === "code" ? blank(source, 0, cell.end) : undefined;
  const withoutCommands = lines.reduce((text, { name, start, end, argumentStart }) => {
    return blank(text, start, magics[name]?.argument === "code" ? argumentStart : end);
  }, source);
  return questions.reduce(
    (text, { start, end }) =>
      text.slice(0, start) + text.slice(start, end).replaceAll("?", " ") + text.slice(end),
    withoutCommands,
  );
}

/** What to say of a syntax error in a line that looks like a magic, but is none. */
export function unknownMagic(source: string, offset: number): string | undefined {
  const line = source.slice(source.lastIndexOf("\n", offset - 1) + 1);
  const name = /^[ \t]*(%{1,2}[a-z]\w*)/.exec(line)?.[1];
  return name === undefined || name in magics ? undefined : noSuchMagic(name);
}
