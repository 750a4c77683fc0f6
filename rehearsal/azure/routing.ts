/** Route templates such as `/subscriptions/{subscription}/…`, matched without regard to case as ARM does. */
export type Params = Readonly<Record<string, string>>;

export interface Template {
  readonly template: string;
  readonly expression: RegExp;
}

export function template(text: string): Template {
  return { template: text, expression: new RegExp(`^${text.replaceAll(/\{(\w+)\}/g, "(?<$1>[^/]+)").replaceAll(".", "\\.")}$`, "i") };
}

export function match(path: string, { expression }: Template): Params | undefined {
  const found = expression.exec(path);
  return found ? { ...found.groups } : undefined;
}
