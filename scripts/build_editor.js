// Bundles the editor of programs into one module of the browser, static/primer/vendor/codemirror.js.
//
// The app itself needs nothing from npm, so the module is kept with it. codemirror.d.ts beside it says what is bundled,
// and package-lock.json which versions. After a change of either,
//
//     npm ci && node scripts/build_editor.js
//
// builds it again; with the name of a file, there. The same packages give the same bytes on every system.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const project = fileURLToPath(new URL("..", import.meta.url));
const vendor = `${project}static/primer/vendor`;

const { outputFiles: [bundle], metafile } = await build({
  stdin: { contents: await readFile(`${vendor}/codemirror.d.ts`, "utf8"), loader: "ts", resolveDir: vendor },
  absWorkingDir: project,
  bundle: true, minify: true, format: "esm", target: "es2023", charset: "utf8", legalComments: "none",
  metafile: true, write: false, outfile: "codemirror.js",
});
const inputs = Object.entries(Object.values(metafile.outputs)[0].inputs);
const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput).map(([path]) => path);
const text = `/*!\n${await licence(used)}\n*/\n${bundle.text}`;
const file = process.argv[2] ?? `${vendor}/codemirror.js`;
await writeFile(file, text);
console.log(`${file}: ${Math.round(text.length / 1000)} kB`);

/**
 * The licence of the packages that files belong to, which all have the same one, under the notice of each.
 * @param {string[]} paths from the project's folder on
 * @returns {Promise<string>}
 */
async function licence(paths) {
  const packages = [...new Set(paths.map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)/)[1]))].sort();
  const notices = [];
  const terms = new Set();
  for (const name of packages) {
    const { version } = JSON.parse(await readFile(`${project}node_modules/${name}/package.json`, "utf8"));
    const words = (await readFile(`${project}node_modules/${name}/LICENSE`, "utf8")).replace(/^MIT License\s+/, "");
    const [notice, ...rest] = words.trim().split("\n");
    notices.push(`${name} ${version}: ${notice}`);
    terms.add(rest.join("\n").trim());
  }
  if (terms.size !== 1) throw new Error(`expected packages of one licence, not of ${terms.size}: ${packages.join(", ")}`);
  return ["MIT License", "", ...notices, "", ...terms].join("\n");
}
