/** Lint rules for what the engine's files have in common: how a module is introduced and how a member is private. */

/** A module opens with a block that says what it owns; tests may begin with their imports. */
const moduleBlock = {
  create: (context) => ({
    Program(program) {
      const [first] = context.sourceCode.getAllComments();
      const isOpening = first !== undefined && context.sourceCode.text.slice(0, first.range[0]).trim() === '';
      if (isOpening && first.type === 'Line')
        context.report({ loc: first.loc, message: 'A module opens with a /** block */, not with lines.' });
      if (!isOpening && !context.filename.endsWith('.test.ts'))
        context.report({ node: program, message: 'A module opens with a block that says what it owns.' });
    },
  }),
};

/** `private` is a word for the compiler; `#` holds at run time, too. */
const privateByHash = {
  create(context) {
    const check = (node) => {
      if (node.accessibility === 'private')
        context.report({ node, message: 'Members are private by `#`, not by the word.' });
    };
    return { PropertyDefinition: check, MethodDefinition: check, TSParameterProperty: check };
  },
};

export default {
  meta: { name: 'engine-style' },
  rules: { 'module-block': moduleBlock, 'private-by-hash': privateByHash },
};
