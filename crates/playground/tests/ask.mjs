// Asks the WebAssembly of a page, through the page's own engine: a question a line comes in, an answer a line goes out. What
// a question calls `bytes` goes behind it, out of base64.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const page = readFileSync(process.argv[2], "utf8");
const [, base64] = /<script type="text\/plain" id="wasm">([^<]*)<\/script>/.exec(page);
const [, source] = /<script type="text\/plain" id="worker">([^]*?)\/\/ Trains in a thread/.exec(page);
const engine = new Function(`${source}; return engine;`)();
const ask = await engine(Buffer.from(base64, "base64"));
for await (const line of createInterface({ input: process.stdin })) {
  const { bytes = "", ...question } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(ask(question, Buffer.from(bytes, "base64")))}\n`);
}
