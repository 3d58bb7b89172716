// Stands between the browser and the server and counts event streams: what a shared worker opens is invisible to the page.
import http from "node:http";

/** Passes every request on to `target` ("host:port") and knows how many event streams are open. */
export class Relay {
  #server;
  #open = new Set();
  #opened = 0;

  static async start(target) {
    const relay = new Relay(target);
    await new Promise((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  constructor(target) {
    const [host, port] = target.split(":");
    this.#server = http.createServer((asked, answer) => this.#pass({ host, port }, asked, answer));
  }

  get origin() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Event streams open now. */
  get streams() {
    return this.#open.size;
  }

  /** Event streams opened since the start. */
  get opened() {
    return this.#opened;
  }

  #pass({ host, port }, asked, answer) {
    // The Host stays the browser's own, so that the server sees one origin, as behind any proxy.
    const onward = http.request({ host, port, method: asked.method, path: asked.url, headers: asked.headers }, (reply) => {
      answer.writeHead(reply.statusCode, reply.headers);
      if ((reply.headers["content-type"] ?? "").startsWith("text/event-stream")) this.#count(answer);
      reply.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  }

  #count(answer) {
    this.#opened += 1;
    this.#open.add(answer);
    answer.on("close", () => this.#open.delete(answer));
    answer.flushHeaders();
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(resolve));
  }
}
