/** Width and height of a JPEG or PNG file from its first bytes, before anything is decoded; undefined for other files. */
export function pictureSize(file: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (isPng(file)) return { width: view.getUint32(16), height: view.getUint32(20) };
  if (!isJpeg(file)) return undefined;
  // Segments: 0xff, a marker, and a length that counts itself.
  for (let at = 2; at + 9 <= file.length;) {
    if (file[at] !== 0xff) return undefined;
    const marker = file[at + 1]!;
    const isFill = marker === 0xff;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isFill ? 1 : isAlone ? 2 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** https://www.w3.org/TR/png-3/#5PNG-file-signature */
const pngBegin = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

const isPng = (file: Uint8Array): boolean =>
  file.length >= 33 && pngBegin.every((byte, i) => file[i] === byte);

const isJpeg = (file: Uint8Array): boolean => file.length > 4 && file[0] === 0xff && file[1] === 0xd8;

/** Whether a file begins as JPEG or PNG files do. */
export const isPicture = (file: Uint8Array): boolean => isPng(file) || isJpeg(file);
