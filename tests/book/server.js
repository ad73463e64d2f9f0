// The book as a server on this machine would give it, and the names of its pages.

import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const book = process.env.BOOK;

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png" };

/** The pages that readers come to, by their path in the book. */
export function pages(folder = "") {
  const entries = readdirSync(join(book, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return pages(path);
    return path.endsWith(".html") && !["print.html", "toc.html", "404.html"].includes(path) ? [path] : [];
  });
}

/** Serves the book; gives its address, and a way to end it. */
export async function serve() {
  const server = createServer((request, response) => {
    const path = join(book, normalize(decodeURIComponent(new URL(request.url, "http://book").pathname)));
    if (!path.startsWith(book) || !existsSync(path) || statSync(path).isDirectory()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" });
    createReadStream(path).pipe(response);
  });
  await new Promise((done) => { server.listen(0, "127.0.0.1", done); });
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
