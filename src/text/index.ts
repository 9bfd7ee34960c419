export { multiHot } from "./multi-hot.js";
export { padSequences, type PadSequencesOptions } from "./pad-sequences.js";
export { textVectorization, TextVectorization, type TextDataset } from "./text-vectorization.js";
export { type TextVectorizationOptions } from "./text-vectorization-options.js";
export { type Texts } from "./texts.js";
export { Tokenizer, type TokenizerOptions, type TokenizerText } from "./tokenizer.js";
export { hashingTrick, textToWordSequence, type HashingTrickOptions, type WordOptions } from "./words.js";
