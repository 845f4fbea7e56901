"use strict";
document.documentElement.classList.add("live");
// Draws the charts and shows each slider's value while it moves.

function draw(root) {
  for (const figure of root.querySelectorAll("figure.chart:not(.drawn)")) {
    figure.classList.add("drawn");
    const spec = JSON.parse(figure.querySelector("script").textContent);
    delete spec.title; // stands above the chart, where it can wrap
    const place = document.createElement("div");
    figure.append(place);
    vegaEmbed(place, spec, { actions: false, ast: true, renderer: "svg" }).catch((error) => { place.textContent = error.message; });
  }
}

function shown(value) {
  return Number(Number(value).toPrecision(4)).toLocaleString("en-US", { maximumFractionDigits: 6 });
}

document.addEventListener("DOMContentLoaded", () => draw(document));
document.addEventListener("htmx:load", (event) => draw(event.detail.elt.parentElement ?? document)); // whatever arrives later

document.addEventListener("input", (event) => {
  if (event.target.type === "range") {
    event.target.parentElement.querySelector("output").textContent = shown(event.target.value);
  }
});

let moving = null;
document.addEventListener("pointerdown", (event) => { if (event.target.type === "range") moving = event.target.id; });
document.addEventListener("pointerup", () => { moving = null; });

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  // a slider in somebody's hand is not replaced under it
  if (moving !== null) event.detail.shouldSwap = false;
});

// What changed: the verdict before the move stands beside the one after it.
let before = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "answer") return;
  const verdict = event.detail.target.querySelector(".verdict");
  before = verdict && { word: verdict.querySelector(".word")?.textContent, sentence: verdict.querySelector(".sentence")?.textContent };
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "answer") return;
  const verdict = event.detail.target.querySelector(".verdict");
  const sentence = verdict?.querySelector(".sentence");
  if (!before || !sentence || verdict.querySelector(".before")) return;
  const note = document.createElement("p");
  note.className = "before";
  const same = before.sentence === sentence.textContent;
  note.textContent = same ? "This changes nothing in the verdict." : before.word === verdict.querySelector(".word").textContent ? "The numbers changed; the word is the same." : `Before this change: ${before.word}.`;
  verdict.append(note);
  if (!same) verdict.classList.add("changed");
});
