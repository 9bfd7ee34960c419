import type { CellService } from "../kernel/contracts.js";
import { JobError } from "./job-error.js";
import { hasTag, newCell, type Notebook, type NotebookCell } from "./notebook.js";
import { declaredIn, type Declared } from "./parameter-cell.js";
import { readingsOf, type GivenParameters, type Reading } from "./parameter-values.js";

/** papermill's tags: the cell that declares parameters, and the one that is put after it. */
const parametersTag = "parameters";
const injectedTag = "injected-parameters";

/** What a parameter was given, and how it is declared. */
interface Parameter {
  name: string;
  declared: Declared;
  readings: Reading[];
}

/** The parameters of one run. */
export interface Injection {
  /** By name, as data. */
  values: Record<string, unknown>;
  /** The cell that was put into the notebook. */
  cell: NotebookCell;
}

/**
 * Puts the given parameters into a cell of their own, after the one tagged `parameters`; one of an earlier run makes room.
 * Each is checked against the type that its name has there, by the kernel's type checker, before anything runs.
 *
 * @throws JobError if no cell is tagged so, it does not declare a name, or a value is not of its type
 */
export async function injectParameters(
  notebook: Notebook,
  given: GivenParameters,
  service: Pick<CellService, "check" | "reset">,
): Promise<Injection> {
  const at = notebook.cells.findIndex((cell) => cell.cell_type === "code" && hasTag(cell, parametersTag));
  if (at < 0)
    throw new JobError(
      `Parameters were given (${[...given.keys()].join(", ")}), but no cell of the notebook is tagged "${parametersTag}". ` +
        "Tag the cell that declares them: in JupyterLab, Property Inspector (the gears), Cell Tags.",
    );
  const source = notebook.cells[at]!;
  const parameters = findParameters(source, at + 1, given);
  const before = notebook.cells.slice(0, at + 1).filter((cell) => cell.cell_type === "code");
  const chosen = await choose(parameters, before, service, at + 1);
  const lines = parameters.map(({ name, declared }, i) => statement(name, declared, chosen[i]!));
  const cell = newCell(`// Parameters\n${lines.join("\n")}`, { tags: [injectedTag] });
  const cells = notebook.cells.filter((each) => !hasTag(each, injectedTag));
  cells.splice(cells.indexOf(source) + 1, 0, cell);
  notebook.cells = cells;
  return { values: Object.fromEntries(parameters.map(({ name }, i) => [name, chosen[i]!.data])), cell };
}

function findParameters(source: NotebookCell, number: number, given: GivenParameters): Parameter[] {
  const declared = declaredIn(source.source);
  if (!declared)
    throw new JobError(
      `Cell ${number}, which is tagged "${parametersTag}", is not TypeScript that can be parsed.`,
    );
  return [...given].map(([name, value]) => {
    const found = declared.get(name);
    if (!found) {
      const names = [...declared.keys()].join(", ") || "no variable";
      throw new JobError(
        `There is no parameter ${name}: cell ${number}, tagged "${parametersTag}", declares ${names}.`,
      );
    }
    return { name, declared: found, readings: readingsOf(value) };
  });
}

/** For each parameter the first reading that has its type. */
async function choose(
  parameters: Parameter[],
  before: NotebookCell[],
  service: Pick<CellService, "check" | "reset">,
  number: number,
): Promise<Reading[]> {
  let count = 0;
  const check = (code: string) => service.check({ cellId: "parameters", executionCount: (count += 1), code });
  // oxlint-disable-next-line no-await-in-loop -- each sees the names of those before it
  for (const { source } of before) await check(source);
  const chosen: Reading[] = [];
  const problems: string[] = [];
  for (const { name, declared, readings } of parameters) {
    let problem: string | undefined;
    let fitting: Reading | undefined;
    for (const reading of readings) {
      // oxlint-disable-next-line no-await-in-loop -- the first that fits
      const [error] = (await check(trial(name, declared, reading))).filter(
        ({ category }) => category === "error",
      );
      problem ??= error?.message;
      fitting = error ? undefined : reading;
      if (fitting) break;
    }
    if (fitting) chosen.push(fitting);
    else
      problems.push(
        `  ${name} = ${readings[0]!.code}: ${problem}\n    (cell ${number}, line ${declared.line})`,
      );
  }
  await service.reset();
  if (problems.length > 0)
    throw new JobError(
      `The parameters do not have the types that their cell gives them:\n${problems.join("\n")}`,
    );
  return chosen;
}

const widened =
  "type Widened<T> = T extends number ? number : T extends string ? string : T extends boolean ? boolean : T extends bigint ? bigint : T extends null ? unknown : T;";

/** Code that has a type error unless the value fits. In a block, so that it declares nothing. */
const trial = (name: string, { isLiteral }: Declared, { code }: Reading): string =>
  isLiteral
    ? `{ ${widened} let given: Widened<typeof ${name}>; given = ${code}; }`
    : `{ let given: typeof ${name}; given = ${code}; }`;

/** The declaration in the new cell, with the type that the old one has. */
function statement(name: string, { kind, annotation, isLiteral }: Declared, { data, code }: Reading): string {
  const ofLiteral = isLiteral && code.endsWith("n") && /^-?\d+n$/.test(code) ? "bigint" : typeof data;
  const type = annotation ?? (isLiteral && ofLiteral !== "object" ? ofLiteral : undefined);
  return `${kind} ${name}${type === undefined ? "" : `: ${type}`} = ${code};`;
}
