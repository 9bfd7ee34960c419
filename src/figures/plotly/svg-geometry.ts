import { textWidth } from "../text-width.js";

/**
 * The geometry of SVG elements, which jsdom leaves out and by which plotly.js places legends, titles and tick
 * labels. It knows the elements that plotly.js draws: text, rect, image, paths of straight lines, and groups.
 */

/** The parts of an SVG element of jsdom that are used here. */
export interface SvgElement {
  readonly tagName: string;
  readonly children: Iterable<SvgElement>;
  readonly parentNode: SvgElement | null;
  readonly textContent: string | null;
  readonly style?: { fontSize: string; textAnchor: string };
  getAttribute?(name: string): string | null;
  querySelectorAll(selector: string): Iterable<SvgElement>;
}

export interface Box {
  x: number;
  y: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
  width: number;
  height: number;
}

/** An affine map as in SVG: x' = a x + c y + e, y' = b x + d y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** The box around an element in its own coordinates; all zero if it draws nothing. */
export function boundingBox(element: SvgElement): Box {
  return contentBox(element) ?? box(0, 0, 0, 0);
}

/**
 * The box around an element in the coordinates of its picture. Without the transforms of its ancestors plotly.js
 * would take every tick label for one that lies outside of the picture, and hide it.
 */
export function boundingBoxInPicture(element: SvgElement): Box {
  const content = contentBox(element);
  if (!content) return box(0, 0, 0, 0);
  let matrix = identity;
  for (let at: SvgElement | null = element; at?.getAttribute && at.tagName !== "svg"; at = at.parentNode) {
    matrix = multiply(parseTransform(at.getAttribute("transform")), matrix);
  }
  return transformBox(matrix, content);
}

/** The width of an element's text in pixels. */
export function computedTextLength(element: SvgElement): number {
  return textWidth(element.textContent ?? "", fontSizeOf(element));
}

/** The corners of a path, for the lengths by which plotly.js places the arrows of annotations. */
export function pathPoints(element: SvgElement): [number, number][] {
  const numbers = (element.getAttribute?.("d") ?? "").match(/-?\d+(?:\.\d+)?(?:e-?\d+)?/g)?.map(Number) ?? [];
  return Array.from({ length: numbers.length >> 1 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!]);
}

function contentBox(element: SvgElement): Box | undefined {
  switch (element.tagName.toLowerCase()) {
    case "text":
    case "tspan":
      return textBox(element);
    case "rect":
    case "image": {
      const [x, y] = [numberAttribute(element, "x"), numberAttribute(element, "y")];
      return box(x, y, x + numberAttribute(element, "width"), y + numberAttribute(element, "height"));
    }
    case "path":
      return /^[MLZz0-9.,\s-]+$/.test(element.getAttribute?.("d") ?? "")
        ? around(pathPoints(element))
        : undefined;
    case "defs":
    case "clippath":
      return undefined;
    default:
      return around(
        Array.from(element.children).flatMap((child) => {
          const inner = contentBox(child);
          return inner
            ? corners(transformBox(parseTransform(child.getAttribute?.("transform") ?? null), inner))
            : [];
        }),
      );
  }
}

function textBox(element: SvgElement): Box | undefined {
  const fontSize = fontSizeOf(element);
  const anchor = element.getAttribute?.("text-anchor") ?? element.style?.textAnchor;
  const lines = Array.from(element.querySelectorAll("tspan.line"));
  return around(
    (lines.length > 0 ? lines : [element]).flatMap((line): [number, number][] => {
      const text = line.textContent ?? "";
      if (text.trim() === "") return [];
      const width = textWidth(text, fontSize);
      const shift = anchor === "middle" ? width / 2 : anchor === "end" ? width : 0;
      const x = (numberAttribute(line, "x") || numberAttribute(element, "x")) - shift;
      const y = (numberAttribute(line, "y") || numberAttribute(element, "y")) + lineShift(line, fontSize);
      return [
        [x, y - fontSize * 0.93],
        [x + width, y + fontSize * 0.25],
      ];
    }),
  );
}

function fontSizeOf(element: SvgElement): number {
  for (let at: SvgElement | null = element; at?.style; at = at.parentNode) {
    const size = at.style.fontSize || at.getAttribute?.("font-size");
    if (size) return parseFloat(size) * (size.endsWith("em") ? 12 : 1);
  }
  return 12;
}

function lineShift(line: SvgElement, fontSize: number): number {
  const shift = line.getAttribute?.("dy") ?? "";
  return (parseFloat(shift) || 0) * (shift.endsWith("em") ? fontSize : 1);
}

function numberAttribute(element: SvgElement, name: string): number {
  return parseFloat(element.getAttribute?.(name) ?? "") || 0;
}

function parseTransform(source: string | null): Matrix {
  let matrix = identity;
  for (const [, name, args] of (source ?? "").matchAll(/(\w+)\(([^)]*)\)/g)) {
    matrix = multiply(
      matrix,
      transformation(
        name!,
        args!
          .split(/[\s,]+/)
          .filter(Boolean)
          .map(Number),
      ),
    );
  }
  return matrix;
}

function transformation(name: string, args: number[]): Matrix {
  const [first = 0, second, third = 0] = args;
  switch (name) {
    case "translate":
      return [1, 0, 0, 1, first, second ?? 0];
    case "scale":
      return [first, 0, 0, second ?? first, 0, 0];
    case "matrix":
      return args as unknown as Matrix;
    case "rotate": {
      const [cos, sin] = [Math.cos((first * Math.PI) / 180), Math.sin((first * Math.PI) / 180)];
      const turn: Matrix = [cos, sin, -sin, cos, 0, 0];
      if (second === undefined) return turn;
      return multiply(multiply([1, 0, 0, 1, second, third], turn), [1, 0, 0, 1, -second, -third]);
    }
    default:
      return identity;
  }
}

function multiply(m: Matrix, n: Matrix): Matrix {
  return [
    m[0] * n[0] + m[2] * n[1],
    m[1] * n[0] + m[3] * n[1],
    m[0] * n[2] + m[2] * n[3],
    m[1] * n[2] + m[3] * n[3],
    m[0] * n[4] + m[2] * n[5] + m[4],
    m[1] * n[4] + m[3] * n[5] + m[5],
  ];
}

function transformBox(m: Matrix, content: Box): Box {
  return around(
    corners(content).map(([x, y]): [number, number] => [
      m[0] * x + m[2] * y + m[4],
      m[1] * x + m[3] * y + m[5],
    ]),
  )!;
}

function corners(b: Box): [number, number][] {
  return [
    [b.left, b.top],
    [b.right, b.top],
    [b.left, b.bottom],
    [b.right, b.bottom],
  ];
}

function around(points: [number, number][]): Box | undefined {
  if (points.length === 0) return undefined;
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return box(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys));
}

function box(left: number, top: number, right: number, bottom: number): Box {
  return { x: left, y: top, left, top, right, bottom, width: right - left, height: bottom - top };
}
