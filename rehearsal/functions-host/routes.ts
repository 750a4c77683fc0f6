/** Route templates of HTTP triggers: literals, `{name}`, and `{name?}` or `{*name}` at the end. */

export interface Route {
  /** The parameters of a path that matches, decoded; literals match without regard to case. */
  match(path: readonly string[]): Record<string, string> | undefined;
  /** Smaller goes first: literals before parameters. */
  readonly rank: string;
}

const PARAMETER = /^\{(\*?)([A-Za-z_]\w*)(\??)\}$/;

export function parseRoute(template: string): Route {
  const segments = template
    .replace(/^\/|\/$/g, "")
    .split("/")
    .map((text, index, all) => {
      const match = PARAMETER.exec(text);
      const isLast = index === all.length - 1;
      if (match === null ? /[{}]/.test(text) : !isLast && (match[1] !== "" || match[3] !== "")) {
        throw new Error(`Route "${template}": the local host does not understand "${text}".`);
      }
      return { text: text.toLowerCase(), name: match?.[2], isRest: match?.[1] === "*", isOptional: match?.[3] === "?" };
    });
  return {
    rank: segments.map(({ name, isRest }) => (name === undefined ? "0" : isRest ? "2" : "1")).join(""),
    match(path) {
      const last = segments.at(-1);
      const fits =
        path.length === segments.length ||
        (path.length > segments.length && last?.isRest) ||
        (path.length === segments.length - 1 && (last?.isOptional || last?.isRest));
      if (!fits || segments.some(({ text, name }, index) => name === undefined && path[index]?.toLowerCase() !== text)) {
        return undefined;
      }
      const found: Record<string, string> = {};
      for (const [index, { name, isRest }] of segments.entries()) {
        const value = isRest ? path.slice(index).join("/") : path[index];
        if (name !== undefined && value !== undefined) {
          found[name] = value;
        }
      }
      return found;
    },
  };
}
