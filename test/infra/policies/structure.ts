/** What is wrong with a set of policy documents, as sentences: "fragments/route: <retry> has no interval". */
import { descendants, type Document, type Element } from "./documents.ts";
import {
  DEFAULT_DIMENSIONS,
  MOST_CUSTOM_DIMENSIONS,
  MOST_FRAGMENT_BYTES,
  ONCE_PER_SECTION,
  REFERENCE,
  SECTIONS,
  type Rule,
  type Section,
} from "./reference.ts";

type Fragments = ReadonlyMap<string, Element>;

export function problemsOf(documents: readonly Document[]): string[] {
  const fragments = new Map(
    documents.flatMap(({ name, root }) => (root.name === "fragment" ? [[name.replace("fragments/", ""), root] as const] : [])),
  );
  return documents.flatMap(({ name, xml, root }) => {
    const found = root.name === "fragment" ? fragmentProblems(xml, root) : policyProblems(name, root, fragments);
    return [...found, ...descendants(root).flatMap(elementProblems)].map((problem) => `${name}: ${problem}`);
  });
}

/** Where a fragment may stand is judged where it is included. */
function fragmentProblems(xml: string, root: Element): string[] {
  const names = descendants(root).map(({ name }) => name);
  return [
    ...(Buffer.byteLength(xml) > MOST_FRAGMENT_BYTES ? ["a fragment holds 32 KB"] : []),
    ...["base", "include-fragment", ...SECTIONS].flatMap((name) => (names.includes(name) ? [`a fragment cannot hold <${name}>`] : [])),
  ];
}

function policyProblems(name: string, root: Element, fragments: Fragments): string[] {
  const sections = root.children.map((child) => child.name);
  if (root.name !== "policies" || sections.join() !== SECTIONS.join()) return [`is not <policies> with ${SECTIONS.join(", ")}`];
  return SECTIONS.flatMap((section, index) => {
    const children = root.children[index]?.children ?? [];
    return [
      ...baseProblems(name, section, children, fragments),
      ...children.flatMap((child) => placeProblems(child, section, fragments)),
      ...repeated(children, fragments).map((policy) => `<${policy}> more than once in ${section}`),
    ];
  });
}

/**
 * Every scope but the outermost takes over what is around it; only a backend section that forwards by itself does not, as a second
 * forward-request is not supported. A backend section holds one policy.
 */
function baseProblems(name: string, section: Section, children: readonly Element[], fragments: Fragments): string[] {
  const bases = children.filter((child) => child.name === "base").length;
  const forwards = section === "backend" && children.some((child) => expand(child, fragments).some((it) => it.name === "forward-request"));
  const expected = name === "global" || forwards ? 0 : 1;
  return [
    ...(bases === expected ? [] : [`${section} has <base /> ${bases} times, not ${expected}`]),
    ...(section === "backend" && children.flatMap((child) => topLevel(child, fragments)).length > 1 ? ["backend holds one policy"] : []),
  ];
}

function topLevel(element: Element, fragments: Fragments): readonly Element[] {
  return element.name === "include-fragment" ? (fragments.get(element.attributes["fragment-id"] ?? "")?.children ?? []) : [element];
}

function expand(element: Element, fragments: Fragments): Element[] {
  return descendants(element).flatMap((it) => (it.name === "include-fragment" ? topLevel(it, fragments).flatMap(descendants) : [it]));
}

function repeated(children: readonly Element[], fragments: Fragments): string[] {
  const names = children.flatMap((child) => expand(child, fragments)).map(({ name }) => name);
  return ONCE_PER_SECTION.filter((policy) => names.filter((name) => name === policy).length > 1);
}

/** Policies may stand in some sections only, and so may those inside choose, retry and included fragments. */
function placeProblems(element: Element, section: Section, fragments: Fragments): string[] {
  const rule = REFERENCE[element.name];
  const here = rule?.sections?.includes(section) === true ? [] : [`<${element.name}> may not stand in ${section}`];
  if (element.name === "include-fragment") {
    const fragment = fragments.get(element.attributes["fragment-id"] ?? "");
    if (!fragment) return [`there is no fragment "${element.attributes["fragment-id"]}"`];
    return fragment.children.flatMap((child) => placeProblems(child, section, fragments));
  }
  const holders = element.name === "choose" ? element.children : rule?.content === "policies" ? [element] : [];
  return [...here, ...holders.flatMap((holder) => holder.children.flatMap((child) => placeProblems(child, section, fragments)))];
}

function elementProblems(element: Element): string[] {
  const { name, attributes, children, text } = element;
  if (name === "policies" || name === "fragment" || SECTIONS.some((section) => section === name)) return [];
  const rule = REFERENCE[name];
  if (!rule) return [`<${name}> is not in the reference`];
  return [
    ...attributeProblems(name, attributes, rule),
    ...contentProblems(name, children, rule),
    ...(text !== "" && rule.content !== "text" ? [`<${name}> holds text`] : []),
    ...(name === "llm-emit-token-metric" ? dimensionProblems(children) : []),
  ];
}

function attributeProblems(name: string, attributes: Element["attributes"], rule: Rule): string[] {
  const known = [...(rule.required ?? []), ...(rule.optional ?? [])];
  return [
    ...(rule.required ?? []).filter((key) => !(key in attributes)).map((key) => `<${name}> has no ${key}`),
    ...Object.entries(attributes).flatMap(([key, value]) => {
      if (!known.includes(key)) return [`<${name}> knows no ${key}`];
      // An attribute's line ends are spaces: a comment takes the rest with it.
      if (value.startsWith("@") && /(?<!:)\/\//.test(value)) return [`a comment in ${key} of <${name}>`];
      if (!value.startsWith("@"))
        return rule.choices?.[key]?.includes(value) === false ? [`${key}="${value}" of <${name}> is none of its values`] : [];
      return rule.literal?.includes(key) === true ? [`${key} of <${name}> takes no expression`] : [];
    }),
  ];
}

function contentProblems(name: string, children: readonly Element[], { content = [], parts = [] }: Rule): string[] {
  const names = children.map((child) => child.name);
  const order = content === "policies" || content === "text" ? [] : content;
  return [
    ...parts.filter((part) => !names.includes(part)).map((part) => `<${name}> has no <${part}>`),
    ...(content === "policies" ? [] : names.filter((child) => !order.includes(child)).map((child) => `<${name}> does not hold <${child}>`)),
    // "Set the policy's elements and child elements in the order provided in the policy statement": every page of the reference.
    ...names.flatMap((child, index) => {
      const before = names[index - 1];
      return before !== undefined && order.indexOf(child) < order.indexOf(before)
        ? [`<${child}> of <${name}> comes before <${before}>`]
        : [];
    }),
  ];
}

function dimensionProblems(dimensions: readonly Element[]): string[] {
  const custom = dimensions.filter(({ attributes }) => !DEFAULT_DIMENSIONS.includes(attributes["name"] ?? ""));
  return [
    ...custom
      .filter(({ attributes }) => attributes["value"] === undefined)
      .map(({ attributes }) => `dimension "${attributes["name"]}" has no value`),
    ...(custom.length > MOST_CUSTOM_DIMENSIONS ? ["more than 5 dimensions of our own"] : []),
  ];
}
