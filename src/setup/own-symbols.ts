import fs from "node:fs";

/** Numbers of the ELF format, for x86-64. https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html, psABI 4.4 */
const machine = { x86_64: 62 };
const relocation = { address: 1, globalData: 6, jumpSlot: 7, relative: 8 };
const symbolKind = { object: 1, function: 2 };
const binding = { global: 1, weak: 2 };
const RELOCATION_SIZE = 24;
const SYMBOL_SIZE = 24;

/**
 * Settles at set-up what a program would settle each time it loads the libraries: where they refer to symbols of their
 * own, each reference (TensorFlow has 300,000) is one by name, which may be longer than a line, since another library
 * could have a symbol of that name. Loading takes a third of the time then, and the 80 MB of names are not read.
 *
 * Left as they are: symbols of which more than one of `files` has a copy, and variables that headers define ("weak" ones,
 * such as `TypeIndex::Make<T>()::hash_bit`; tables of virtual functions are none, and nobody else has LLVM's headers),
 * because there must be only one of each, whoever else was compiled with those headers. Libraries for other than x86-64 ELF stay as they are.
 *
 * @param files shared libraries that are loaded together; changed in place
 */
export function bindOwnSymbols(files: string[]): void {
  const libraries = files.filter(isElf).map(readLibrary);
  for (const library of libraries) {
    const others = libraries.filter((other) => other !== library);
    const symbols = library.symbols.map((symbol) =>
      symbol !== undefined && others.every((other) => !other.names.has(symbol.name)) ? symbol : undefined,
    );
    const descriptor = fs.openSync(library.file, "r+");
    for (const section of rewrite(library, symbols))
      fs.writeSync(descriptor, section.bytes, 0, section.bytes.length, section.offset);
    fs.closeSync(descriptor);
  }
}

interface Section {
  name: string;
  /** Where it is in memory, from where the library begins. */
  address: number;
  /** Where it is in the file. */
  offset: number;
  bytes: Buffer;
}

/** A symbol that the library itself has. */
interface OwnSymbol {
  name: string;
  address: bigint;
}

interface Library {
  file: string;
  sections: Map<string, Section>;
  /** The names of all symbols that it has. */
  names: Set<string>;
  /** By index, those that its own references may be bound to. */
  symbols: (OwnSymbol | undefined)[];
}

const WANTED = new Set([".dynsym", ".dynstr", ".rela.dyn", ".rela.plt", ".got.plt"]);

function isElf(file: string): boolean {
  const header = readBytes(file, 0, 20);
  return header.toString("latin1", 0, 6) === "\x7fELF\x02\x01" && header.readUInt16LE(18) === machine.x86_64;
}

function readBytes(file: string, offset: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  const descriptor = fs.openSync(file, "r");
  fs.readSync(descriptor, bytes, 0, length, offset);
  fs.closeSync(descriptor);
  return bytes;
}

const textAt = (bytes: Buffer, start: number): string =>
  bytes.toString("latin1", start, bytes.indexOf(0, start));

function readLibrary(file: string): Library {
  const sections = readSections(file);
  const table = sections.get(".dynsym")!.bytes;
  const strings = sections.get(".dynstr")!.bytes;
  const names = new Set<string>();
  const symbols: (OwnSymbol | undefined)[] = [];
  for (let at = 0; at < table.length; at += SYMBOL_SIZE) {
    const isDefined = table.readUInt16LE(at + 6) !== 0;
    if (isDefined) names.add(textAt(strings, table.readUInt32LE(at)));
    symbols.push(isDefined ? bindable(table.subarray(at, at + SYMBOL_SIZE), strings) : undefined);
  }
  return { file, sections, names, symbols };
}

function readSections(file: string): Map<string, Section> {
  const header = readBytes(file, 0, 64);
  const [size, count] = [header.readUInt16LE(58), header.readUInt16LE(60)];
  const table = readBytes(file, Number(header.readBigUInt64LE(40)), size * count);
  const place = (index: number) => ({
    name: table.readUInt32LE(index * size),
    address: Number(table.readBigUInt64LE(index * size + 16)),
    offset: Number(table.readBigUInt64LE(index * size + 24)),
    length: Number(table.readBigUInt64LE(index * size + 32)),
  });
  const ofNames = place(header.readUInt16LE(62));
  const names = readBytes(file, ofNames.offset, ofNames.length);
  const sections = new Map<string, Section>();
  for (let index = 0; index < count; index++) {
    const { address, offset, length, ...at } = place(index);
    const name = textAt(names, at.name);
    if (WANTED.has(name))
      sections.set(name, { name, address, offset, bytes: readBytes(file, offset, length) });
  }
  return sections;
}

/** What stands in the symbol table, if it is a function, or a variable that other libraries cannot have, too. */
function bindable(entry: Buffer, strings: Buffer): OwnSymbol | undefined {
  const [kind, bound] = [entry[4]! & 15, entry[4]! >> 4];
  if (bound !== binding.global && bound !== binding.weak) return undefined;
  if (kind !== symbolKind.object && kind !== symbolKind.function) return undefined;
  const name = textAt(strings, entry.readUInt32LE(0));
  const isShared =
    kind === symbolKind.object && bound === binding.weak && !/^_ZT[VTIS]|4llvm|4mlir/.test(name);
  return isShared ? undefined : { name, address: entry.readBigUInt64LE(8) };
}

/** The changed sections: references by name become plain addresses. */
function rewrite({ sections }: Library, symbols: (OwnSymbol | undefined)[]): Section[] {
  const data = sections.get(".rela.dyn")!;
  for (let at = 0; at < data.bytes.length; at += RELOCATION_SIZE) {
    const kind = data.bytes.readUInt32LE(at + 8);
    const symbol = symbols[data.bytes.readUInt32LE(at + 12)];
    if (!symbol || (kind !== relocation.address && kind !== relocation.globalData)) continue;
    const addend = kind === relocation.address ? data.bytes.readBigInt64LE(at + 16) : 0n;
    data.bytes.writeUInt32LE(relocation.relative, at + 8);
    data.bytes.writeUInt32LE(0, at + 12);
    data.bytes.writeBigInt64LE(symbol.address + addend, at + 16);
  }
  const [calls, slots] = [sections.get(".rela.plt"), sections.get(".got.plt")];
  if (!calls || !slots) return [data];
  // A slot holds where a call goes: at first to the loader, which looks the function up.
  for (let at = 0; at < calls.bytes.length; at += RELOCATION_SIZE) {
    const symbol = symbols[calls.bytes.readUInt32LE(at + 12)];
    if (!symbol || calls.bytes.readUInt32LE(at + 8) !== relocation.jumpSlot) continue;
    const slot = Number(calls.bytes.readBigUInt64LE(at)) - slots.address;
    slots.bytes.writeBigUInt64LE(symbol.address, slot);
  }
  return [data, slots];
}
