import type { Message } from "../wire/message.js";
import type { Cell } from "./cells.js";

/** A question to the front end whose cell asked it. */
interface Question {
  requestId: string;
  cell: Cell;
  /** msg_id of the `input_request`. */
  messageId: string;
}

/** The questions that wait for an `input_reply`. */
export class InputRequests {
  readonly #questions: Question[] = [];

  add(question: Question): void {
    this.#questions.push(question);
  }

  /**
   * Takes out the question that a message on stdin answers: named by its parent header, or, because
   * jupyter_client sends none, the oldest one that this front end was asked.
   */
  take(reply: Message): Question | undefined {
    const asked = this.#questions.filter(({ cell }) => sameFrontEnd(cell.request, reply));
    const parent = reply.parentHeader.msg_id;
    const question = parent === undefined ? asked[0] : asked.find(({ messageId }) => messageId === parent);
    if (question) this.#questions.splice(this.#questions.indexOf(question), 1);
    return question;
  }

  /** Forgets the questions of a cell that has ended. */
  forget(cell: Cell): void {
    const left = this.#questions.filter((question) => question.cell !== cell);
    this.#questions.splice(0, this.#questions.length, ...left);
  }
}

function sameFrontEnd(a: Message, b: Message): boolean {
  return (
    a.identities.length === b.identities.length &&
    a.identities.every((id, i) => Buffer.compare(id, b.identities[i]!) === 0)
  );
}
