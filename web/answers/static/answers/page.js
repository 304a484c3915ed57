// What the pages of answers share.
import { ownToken } from "./recorder.js";

export const data = JSON.parse(document.getElementById("data").textContent);
export const texts = data.texts;
export const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
export const at = (id) => document.getElementById(id);
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const show = (node, shown = true) => { node.hidden = !shown; };
export const minutes = (s) => (s >= 60 ? fill(texts.minutes, { n: Math.floor(s / 60) }) : "") + (s % 60 || s < 60 ? ` ${fill(texts.seconds, { n: Math.round(s % 60) })}` : "");

/** JSON to and fro. Throws { offline } without a connection, { code } where the server refuses. */
export async function ask(url, body = {}) {
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body: JSON.stringify(body), headers: { "X-CSRFToken": ownToken(token), "Content-Type": "application/json" } });
  } catch { throw Object.assign(new Error("offline"), { offline: true }); }
  if (answer.status >= 500) throw Object.assign(new Error("server"), { offline: true });
  if (!answer.ok) {
    const told = answer.headers.get("content-type")?.includes("json") ? await answer.json() : {};
    throw Object.assign(new Error(told.error || String(answer.status)), { code: told.code || String(answer.status) });
  }
  return answer.json();
}

/** The same, again and again until there is a connection; `waits` is called when there is none. */
export async function patiently(url, body, waits = () => {}) {
  for (let pause = 500; ; pause = Math.min(10_000, pause * 2)) {
    try { return await ask(url, body); } catch (error) {
      if (!error.offline) throw error;
      waits();
      await sleep(pause);
    }
  }
}

/** How sending is going, in words. */
export function toldOfQueue({ state, waiting }) {
  const words = { sending: texts.sending, idle: texts.idle, offline: texts.offline, full: texts.server_full, refused: texts.refused }[state];
  return waiting > 1 ? `${words} ${fill(texts.waiting, { count: waiting })}` : words;
}
