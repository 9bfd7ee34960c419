import { encode } from "fast-png";

/**
 * The part of a canvas that plotly.js draws heatmaps and images with; jsdom has none. Colours are those that
 * plotly.js writes: `rgb(…)`, `rgba(…)` and `#rrggbb`.
 */
export class PixelCanvas {
  fillStyle = "#000000";
  #pixels = new Uint8Array();
  #width = 0;

  constructor(private readonly canvas: { width: number; height: number }) {}

  createImageData(width: number, height: number): { width: number; height: number; data: Uint8ClampedArray } {
    return { width, height, data: new Uint8ClampedArray(width * height * 4) };
  }

  putImageData(
    image: { width: number; height: number; data: ArrayLike<number> },
    left: number,
    top: number,
  ): void {
    this.#fit();
    for (let y = 0; y < image.height; y++) {
      for (let x = 0; x < image.width; x++) {
        const source = (y * image.width + x) * 4;
        this.#set(
          left + x,
          top + y,
          [0, 1, 2, 3].map((channel) => image.data[source + channel]!),
        );
      }
    }
  }

  fillRect(left: number, top: number, width: number, height: number): void {
    this.#fit();
    const color = parseColor(this.fillStyle);
    for (let y = Math.round(top); y < Math.round(top + height); y++) {
      for (let x = Math.round(left); x < Math.round(left + width); x++) this.#set(x, y, color);
    }
  }

  clearRect(): void {
    this.#fit();
    this.#pixels.fill(0);
  }

  toDataURL(): string {
    this.#fit();
    const png = encode({
      width: this.canvas.width,
      height: this.canvas.height,
      data: this.#pixels,
      channels: 4,
    });
    return `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  }

  #fit(): void {
    const { width, height } = this.canvas;
    if (this.#width === width && this.#pixels.length === width * height * 4) return;
    this.#width = width;
    this.#pixels = new Uint8Array(width * height * 4);
  }

  #set(x: number, y: number, color: readonly number[]): void {
    if (x >= 0 && y >= 0 && x < this.canvas.width && y < this.canvas.height) {
      this.#pixels.set(color, (y * this.#width + x) * 4);
    }
  }
}

function parseColor(source: string): number[] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(source);
  if (hex) return [...hex.slice(1).map((part) => parseInt(part, 16)), 255];
  const parts = /^rgba?\((.*)\)$/.exec(source)?.[1]?.split(",").map(Number);
  if (!parts) throw new Error(`Cannot draw with the colour ${source}.`);
  return [...parts.slice(0, 3), Math.round((parts[3] ?? 1) * 255)];
}
