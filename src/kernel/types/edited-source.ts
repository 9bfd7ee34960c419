/** A text with small changes, and the way between its offsets and those of what it was. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

export class EditedSource {
  readonly text: string;
  /** Offsets in both texts from which on they run in step. */
  readonly #steps: { before: number; after: number }[] = [{ before: 0, after: 0 }];

  /** @param edits in order, none within another */
  constructor(source: string, edits: Edit[]) {
    let text = "";
    let end = 0;
    for (const edit of edits) {
      text += source.slice(end, edit.start) + edit.text;
      end = edit.end;
      this.#steps.push({ before: end, after: text.length });
    }
    this.text = text + source.slice(end);
  }

  /** The offset in the source of an offset in the text. */
  toSource(offset: number): number {
    const { before, after } = this.#steps.findLast((step) => step.after <= offset)!;
    return before + offset - after;
  }

  /** The offset in the text of an offset in the source. */
  fromSource(offset: number): number {
    const { before, after } = this.#steps.findLast((step) => step.before <= offset)!;
    return after + offset - before;
  }
}
