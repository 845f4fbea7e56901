"use strict";
// Pages of a workshop follow by themselves, and what is sent arrives although the connection comes and goes. Everything works without this, too.

const screen_ = document.getElementById("screen");
const offline = document.getElementById("offline");
const moved = document.getElementById("moved");
const POLL = 3000;

// A link's secret stands behind the #: it is exchanged for a cookie and disappears from the address bar.
function exchange() {
  const place = document.querySelector("[data-open], #screen");
  const secret = location.hash.slice(1);
  if (!place || secret.length < 16) return;
  history.replaceState(null, "", location.pathname + location.search);
  const path = place.dataset.open === "host" ? "/api/host" : "/api/open";
  fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ secret }) }).then(() => location.reload());
}
exchange();
addEventListener("hashchange", exchange);

function busy() {
  // somebody is typing: the page waits, and says that there is something new
  const active = document.activeElement;
  const typing = active && screen_.contains(active) && active.matches("textarea, select, input:not([type=checkbox]):not([type=hidden])");
  return typing || screen_.querySelector("form[data-sending]") !== null;
}

function changed(field) {
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") return field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected));
  return field.value !== field.defaultValue;
}

function fields() {
  // what people can fill in, by form and name
  const found = new Map();
  for (const form of screen_.querySelectorAll("form:not([data-sent])")) {
    const of = [form.getAttribute("action"), form.querySelector("input[type=hidden][name=proposal], input[type=hidden][name=seat]")?.value];
    for (const field of form.querySelectorAll("textarea, select, input:not([type=hidden])")) found.set([...of, field.name, field.type === "checkbox" ? field.value : ""].join(" "), field);
  }
  return found;
}

function show(html) {
  const typed = [...fields()].filter(([, field]) => changed(field));
  const opened = [...screen_.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
  const found = new DOMParser().parseFromString(html, "text/html");
  const fresh = found.getElementById("screen") ?? found.body;
  const stood = new Map(typed.map(([name, field]) => [name, field.form.querySelector("input[name=version]")?.value]));
  const link = screen_.querySelector("section.link"); // a link is shown once: it stays until somebody puts it away
  screen_.replaceChildren(...fresh.childNodes);
  if (link && !screen_.querySelector("section.link")) screen_.querySelector("header").after(link);
  for (const summary of screen_.querySelectorAll("details > summary")) if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  const now = fields();
  for (const [name, before] of typed) { // what was typed and not sent yet stays, wherever its form still is
    const field = now.get(name);
    if (!field) continue;
    field.checked = before.checked;
    field.value = before.value;
    const version = field.form.querySelector("input[name=version]");
    if (version && stood.get(name)) version.value = stood.get(name); // it was typed on the page as it stood then
  }
  moved.hidden = true;
}

let stale = false;
async function refresh(asked = false) {
  if (!asked && busy()) { stale = true; moved.hidden = false; return; }
  stale = false;
  try {
    const answer = await fetch(screen_.dataset.screen, { headers: { Accept: "text/html" } });
    show(await answer.text());
    offline.hidden = true;
  } catch { offline.hidden = false; stale = true; }
}

const version = () => Number(screen_.querySelector("[data-version]")?.dataset.version ?? 0);

function follow() {
  let failures = 0;
  let polling = null;
  const ask = async () => { // without a stream: ask every few seconds
    try {
      const answer = await fetch(screen_.dataset.live, { headers: { Accept: "application/json" } });
      const newest = answer.headers.get("content-type")?.includes("json") ? (await answer.json()).version : Infinity;
      offline.hidden = true;
      if (newest !== version()) refresh();
    } catch { offline.hidden = false; }
  };
  const source = new EventSource(screen_.dataset.live);
  source.addEventListener("open", () => { failures = 0; offline.hidden = true; if (polling) { clearInterval(polling); polling = null; } });
  source.addEventListener("tick", (event) => { if (JSON.parse(event.data).version !== version()) refresh(); });
  source.addEventListener("error", () => {
    failures += 1;
    if (failures >= 2 && !polling) polling = setInterval(ask, POLL);
  });
  addEventListener("pagehide", () => source.close());
  setInterval(() => { if (stale) refresh(); }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); }); // clocks stand still in pockets
  moved.querySelector("button").addEventListener("click", () => refresh(true));
}

async function send(form, button) {
  const data = new FormData(form);
  if (button?.name) data.set(button.name, button.value);
  form.dataset.sending = "1";
  for (const one of form.querySelectorAll("button")) one.disabled = true;
  for (;;) { // the same key each time: it arrives once, however often it is sent
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(data), headers: { Accept: "text/html" } });
      const html = await answer.text();
      offline.hidden = true;
      delete form.dataset.sending;
      form.dataset.sent = "1";
      if (new URL(answer.url).pathname === location.pathname || !answer.redirected) show(html); else location.assign(answer.url);
      return;
    } catch {
      offline.hidden = false;
      await new Promise((done) => setTimeout(done, 1500));
    }
  }
}

if (screen_) {
  follow();
  document.addEventListener("click", (event) => { if (event.target.matches("[data-away]")) event.target.closest("section").remove(); });
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post" || !screen_.contains(event.target)) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
}

setInterval(() => {
  for (const timer of document.querySelectorAll("[data-left]")) {
    const left = Math.max(0, Number(timer.dataset.left) - 1);
    timer.dataset.left = left;
    timer.classList.toggle("short", left <= 10);
    timer.querySelector("b").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}, 1000);
