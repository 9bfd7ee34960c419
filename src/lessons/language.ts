/** A text in both languages of the lessons. */
export interface Text {
  en: string;
  ja: string;
}

export type Language = keyof Text;

/**
 * The language that exercises speak: `MANABI_LANG`, else that of the machine (`LC_ALL`, `LC_MESSAGES`, `LANG`), if it is
 * Japanese; English otherwise.
 */
export function language(env: NodeJS.ProcessEnv = process.env): Language {
  const locale = env.MANABI_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return /^ja\b|^ja_/i.test(locale) ? "ja" : "en";
}

/** A text in the reader's language; `{name}` stands for the value of that name. */
export function say(text: Text, values: Record<string, string | number> = {}): string {
  return text[language()].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
