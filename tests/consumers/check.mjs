// Reads articles as a stranger would and checks each against the published JSON Schema.
// node check.mjs SCHEMA FILE...   a .jsonl file has an article a line; prints an object for each article.
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const [schemaPath, ...paths] = process.argv.slice(2);
const validate = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(schemaPath, "utf8")));

for (const path of paths) {
  const data = readFileSync(path, "utf8");
  const documents = path.endsWith(".jsonl") ? data.split("\n").filter((line) => line.trim()) : [data];
  for (const document of documents) {
    const article = JSON.parse(document);
    const valid = validate(article);
    const codePoints = Array.from(article.text);
    const title = article.segments.find((segment) => segment.label === "title");
    console.log(
      JSON.stringify({
        id: article.id,
        valid,
        errors: validate.errors,
        title: title ? codePoints.slice(title.start, title.end).join("") : null,
      }),
    );
  }
}
