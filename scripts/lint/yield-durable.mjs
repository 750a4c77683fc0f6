/**
 * A generator that is called without `yield*` does nothing, and says nothing. By types rather than names, so that it holds for the
 * durable vocabulary and for every helper built on it.
 */
export const yieldDurable = {
  meta: { type: "problem", schema: [], messages: { forgotten: "`{{name}}` is a generator: without yield* it does nothing." } },
  create(context) {
    const { parserServices } = context.sourceCode;
    return {
      CallExpression(node) {
        const type = parserServices.getTypeAtLocation(node);
        if (type.getSymbol()?.getName() !== "Generator" || isDelegated(node)) return;
        context.report({ node, messageId: "forgotten", data: { name: context.sourceCode.getText(node.callee) } });
      },
    };
  },
};

function isDelegated({ parent }) {
  return parent.type === "YieldExpression" && parent.delegate;
}
