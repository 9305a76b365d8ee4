import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName, gradientColors, svgOf } from "../../static/primer/section_file.js";

const words = (text) => ({
  kind: "words", box: [10, 20, 30.126, 14], base: 31, text, fill: "rgb(1,2,3)", size: 13, weight: "600", style: "normal", family: '"Source Sans", sans-serif',
});
const image = { kind: "image", box: [0, 0, 56, 56], source: "data:image/png;base64,AA==", sharp: true, whole: false, words: "A <seven>" };
const plane = { kind: "plane", box: [0, 1, 2, 3], fill: "rgb(9,9,9)", stroke: "none", line: 0, round: 0 };
const picture = (...pieces) => svgOf({ title: "Reads 7 & 1", description: "both", width: 100, height: 50.2, ground: "rgb(0,0,0)", pieces });

test("a picture says what it is, and has a ground of its own", () => {
  const svg = picture();
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="132" height="83" viewBox="0 0 132 83" role="img"><title>Reads 7 &amp; 1<\/title>\n<desc>both<\/desc>\n<rect width="132" height="83" fill="rgb\(0,0,0\)"\/>/);
});

test("words stay words, and take the room they had", () => {
  const svg = picture(words("7, 96.1 %"));
  assert.match(svg, /<text x="10" y="31" fill="rgb\(1,2,3\)" [^>]*font-family="&quot;Source Sans&quot;, sans-serif" textLength="30\.13"[^>]*>7, 96\.1 %<\/text>/);
});

test("hostile words come out as words", () => {
  const svg = picture(words("</text><script>\u0000\u001b\ud800\ufffe&\""), image);
  assert.ok(svg.includes(">&lt;/text&gt;&lt;script&gt;&amp;&quot;</text>"));
  assert.ok(svg.includes("<title>A &lt;seven&gt;</title></image>"));
  assert.ok(!svg.includes("<script"));
});

test("a picture's pixels are seen where the page shows them", () => {
  assert.match(picture(image), /<image x="0" y="0" width="56" height="56" href="data:image\/png;base64,AA==" preserveAspectRatio="none" style="image-rendering: pixelated">/);
  assert.match(picture({ ...image, sharp: false, whole: true }), /preserveAspectRatio="xMidYMid">/);
});

test("a gradient has its colours, evenly from left to right", () => {
  assert.deepEqual(gradientColors("linear-gradient(90deg, rgb(255, 176, 32), color(srgb 0 0.1 1 / 0.5) 50%, rgb(8, 9, 9))"),
    ["rgb(255, 176, 32)", "color(srgb 0 0.1 1 / 0.5)", "rgb(8, 9, 9)"]);
  assert.deepEqual(["none", "url(x.png)", "radial-gradient(red, blue)"].map(gradientColors), [[], [], []]);
  const svg = picture(plane, { ...plane, fill: ["red", "black", "blue"] });
  assert.match(svg, /<linearGradient id="fill-1"><stop offset="0" stop-color="red"\/><stop offset="0.5" stop-color="black"\/><stop offset="1" stop-color="blue"\/><\/linearGradient><rect [^>]*fill="url\(#fill-1\)"\/>/);
});

test("a file's name says what it is, in letters that every system takes", () => {
  assert.equal(fileName("pen-to-answer", "7"), "pen-to-answer-7");
  assert.equal(fileName("Why 7, and not 1?"), "why-7-and-not-1");
  assert.equal(fileName("break-it", "Ankle boot / high"), "break-it-ankle-boot-high");
  assert.equal(fileName("pen-to-answer", ""), "pen-to-answer");
});
