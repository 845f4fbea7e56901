"use strict";
// Draws the charts and shows each slider's value while it moves.

function draw(root) {
  for (const figure of root.querySelectorAll("figure.chart")) {
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

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "answer") draw(event.detail.target);
});
