// Reads a list of formulas, writes the list of their HTML.
import { readFileSync } from 'node:fs';
import katex from 'katex';

const formulas = JSON.parse(readFileSync(0, 'utf8'));
let failed = false;
const typeset = formulas.map(({ latex, display }) => {
  try {
    return katex.renderToString(latex, { displayMode: display, throwOnError: true, strict: 'error', output: 'htmlAndMathml' });
  } catch (error) {
    console.error(`${error.message}: ${latex}`);
    failed = true;
    return '';
  }
});
process.stdout.write(JSON.stringify(typeset));
process.exitCode = failed ? 1 : 0;
