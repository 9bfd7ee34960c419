import path from "node:path";
import { pathToFileURL } from "node:url";

/** A change of TensorFlow.js, as `src/tfjs/patch.ts` lists it. */
export interface ListedPatch {
  owner: string;
  member: string;
  kind: string;
  name: string;
  why: string;
  upstream?: string;
  after?: string[];
}

/** Loads TensorFlow.js with all of its changes, and lists them. */
export async function loadPatches(root: string): Promise<readonly ListedPatch[]> {
  const load = (file: string) => import(pathToFileURL(path.join(root, "dist/src", file)).href);
  await load("index.js");
  const list = (await load("tfjs/patch.js")) as { patches(): readonly ListedPatch[] };
  return list.patches();
}

/** So many members of a class are shown by name. */
const mostMembers = 8;

/** All changes in the order in which they were made: what each is called, why it is made, after which others, and of what. */
export function patchTable(patches: readonly ListedPatch[]): string {
  const byName = grouped(patches, ({ name }) => name);
  const sections = [...byName].map(([name, group], i) => {
    const after = [...new Set(group.flatMap((patch) => patch.after ?? []))];
    const whys = [...new Set(group.map(({ why }) => why))];
    const upstream = [...new Set(group.flatMap((patch) => patch.upstream ?? []))];
    const lines = [
      ...whys,
      ...upstream,
      ...(after.length > 0 ? [`after ${after.join(", ")}`] : []),
      ...changed(group),
    ];
    return [`${String(i + 1).padStart(3)}  ${name}`, ...lines.map((line) => `       ${line}`)].join("\n");
  });
  const members = new Set(patches.map(({ owner, member }) => `${owner}.${member}`));
  return `${sections.join("\n")}\n\n${byName.size} changes of ${members.size} methods, kernels, gradients and classes of TensorFlow.js.`;
}

/** `wraps LayersModel.compile, dispose`: a line for each class and kind of change. */
function changed(group: ListedPatch[]): string[] {
  const verbs: Record<string, string> = { wrapped: "wraps", replaced: "replaces", added: "adds" };
  const kinds = grouped(group, ({ kind, owner }) => `${verbs[kind]} ${owner}`);
  return [...kinds].map(([what, parts]) => {
    const members = parts.map(({ member }) => member);
    const rest = members.length > mostMembers ? `, … (${members.length})` : "";
    return `${what}.${members.slice(0, mostMembers).join(", ")}${rest}`;
  });
}

function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
