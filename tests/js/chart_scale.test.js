import assert from "node:assert/strict";
import { test } from "node:test";

import {
  countText, exactText, logTicks, lossRange, lossText, placeLabels, rightEnd, stretchWithin, thin, ticks, tickText,
} from "../../static/primer/chart_scale.js";

/** A small generator of numbers from 0 to 1, the same at each run: mulberry32. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const line = (values) => ({ at: (place) => values[place] ?? NaN, length: values.length });

test("a loss is written in at most ten letters, however large", () => {
  const cases = { 0.25: "0.2500", 0: "0.0000", 0.00004: "4.0×10⁻⁵", 3.188e22: "3.2×10²²", 999.5: "999.5000" };
  for (const [value, text] of Object.entries(cases)) assert.equal(lossText(Number(value)), text);
  assert.equal(lossText(NaN), "not finite");
  assert.equal(lossText(null), "not finite");
});

test("an exact loss gives the float32 back, and not more digits than that takes", () => {
  const next = random(1);
  for (let n = 0; n < 2000; n += 1) {
    const value = Math.fround(next() * 10 ** Math.floor(next() * 60 - 30));
    assert.equal(Math.fround(Number(exactText(value))), value);
  }
  assert.equal(exactText(Math.fround(0.1)), "0.1");
});

test("the axis follows what was trained, in steps, and never beyond the plan", () => {
  let before = 0;
  let steps = 0;
  for (let size = 0; size <= 3200; size += 1) {
    const end = rightEnd(size, 3200, false);
    assert.ok(end >= before && end >= size && end <= 3200);
    assert.ok(end <= Math.max(20, size * 1.35), `${size} of ${end}`);
    if (end !== before) steps += 1;
    before = end;
  }
  assert.ok(steps < 40, "it stands still most of the time");
  assert.equal(rightEnd(130, 3200, true), 130);
  assert.equal(rightEnd(6, 6, false), 6);
  assert.equal(rightEnd(0, 0, false), 20);
  assert.equal(rightEnd(400, 315, false), 400, "a run that went on beyond its plan");
});

test("ticks are round, in range and about as many as asked for", () => {
  const next = random(2);
  for (let n = 0; n < 2000; n += 1) {
    const low = (next() - 0.5) * 10 ** Math.floor(next() * 8 - 4);
    const high = low + (next() + 0.01) * 10 ** Math.floor(next() * 8 - 4);
    const found = ticks(low, high, 6);
    assert.ok(found.length >= 2 && found.length <= 8, `${low} ${high}: ${found}`);
    assert.ok(found.every((tick) => tick >= low - 1e-9 && tick <= high + 1e-9 * Math.abs(high) + 1e-12));
  }
});

test("logarithmic ticks are positive, in range, in order and written apart", () => {
  const next = random(3);
  for (let n = 0; n < 2000; n += 1) {
    const low = 10 ** (next() * 30 - 15);
    const high = low * 10 ** (next() * 20 + 0.01);
    const found = logTicks(low, high, 8);
    assert.ok(found.length >= 1 && found.length <= 9, `${low} ${high}: ${found}`);
    assert.ok(found.every((tick, place) => tick > 0 && (place === 0 || tick > found[place - 1])));
    const texts = found.map((tick) => tickText(tick, found));
    assert.equal(new Set(texts).size, texts.length, texts.join(" "));
  }
});

test("the range of a logarithmic axis holds every loss above 0, zoomed or not, and is never empty", () => {
  const next = random(4);
  for (let n = 0; n < 500; n += 1) {
    const losses = Array.from({ length: 1 + Math.floor(next() * 50) }, () => (next() < 0.1 ? 0 : next() < 0.05 ? NaN : 10 ** (next() * 20 - 10)));
    for (const whole of [true, false]) {
      const range = lossRange(losses, { log: true, whole });
      assert.ok(range.low > 0 && range.high > range.low);
      const positive = losses.filter((loss) => loss > 0);
      assert.equal(range.empty, positive.length === 0);
      if (positive.length) assert.ok(positive.every((loss) => loss >= range.low && loss <= range.high));
    }
  }
});

test("a linear axis begins at 0 for a whole run, fits a zoom, and cuts off what would flatten all the rest", () => {
  const whole = lossRange([2.3, 0.4, 0.1], { log: false, whole: true });
  assert.equal(whole.low, 0);
  assert.ok(whole.high >= 2.3 && whole.above === null);
  const zoomed = lossRange([0.41, 0.4, 0.42], { log: false, whole: false });
  assert.ok(zoomed.low > 0.39 && zoomed.high < 0.43);
  const diverged = lossRange([2.3, 5, 90, 3e22, NaN], { log: false, whole: true });
  assert.ok(diverged.high < 30);
  assert.equal(diverged.above, 3e22);
  assert.equal(lossRange([2.3, 90, 3e22], { log: false, whole: false }).above, null);
  assert.ok(lossRange([0, 0], { log: false, whole: true }).high > 0);
});

test("thinning keeps true points, their order, both ends and all extremes of a view", () => {
  const next = random(5);
  for (let n = 0; n < 60; n += 1) {
    const values = Array.from({ length: 1 + Math.floor(next() * 5000) }, () => next());
    const [from, to] = [Math.floor(next() * values.length), Math.floor(next() * values.length)].sort((a, b) => a - b);
    const columns = 20 + Math.floor(next() * 200);
    const chosen = thin(line(values), from, to, columns);
    assert.ok(chosen.length <= 2 * columns + 3);
    assert.ok(chosen.every((place, number) => place >= from && place <= to && (number === 0 || place > chosen[number - 1])));
    const view = values.slice(from, to + 1);
    const kept = chosen.map((place) => values[place]);
    assert.equal(Math.min(...kept), Math.min(...view));
    assert.equal(Math.max(...kept), Math.max(...view));
    assert.equal(chosen.at(-1), to);
  }
});

test("what is drawn of the beginning stays while a line grows", () => {
  const next = random(6);
  const values = Array.from({ length: 4000 }, () => next());
  const columns = 100;
  for (let size = 1030; size < 1590; size += 7) {
    const now = thin(line(values.slice(0, size)), 0, size - 1, columns);
    const later = thin(line(values.slice(0, size + 7)), 0, size + 6, columns);
    const sure = size - 16; // columns that were full already
    assert.deepEqual(later.filter((place) => place < sure), now.filter((place) => place < sure));
  }
});

test("a line without a number in it is no trouble", () => {
  assert.deepEqual(thin(line([NaN, NaN]), 0, 1, 50), [0, 1]);
  assert.deepEqual(thin(line([]), 0, 10, 50), []);
  assert.ok(thin(line(Array(5000).fill(NaN)), 0, 4999, 50).length >= 1);
});

test("labels of changes never overlap and never leave the chart", () => {
  const next = random(7);
  for (let n = 0; n < 500; n += 1) {
    const labels = Array.from({ length: Math.floor(next() * 40) }, () => ({ x: next() * 400, width: 20 + next() * 90 }))
      .sort((a, b) => a.x - b.x);
    const places = placeLabels(labels, { left: 0, right: 400, rows: 3, gap: 5 });
    const boxes = places.flatMap((place, number) => (place ? [{ ...place, end: place.x + labels[number].width }] : []));
    for (const [number, box] of boxes.entries()) {
      assert.ok(box.x >= 0 && box.end <= 400);
      for (const other of boxes.slice(number + 1)) {
        assert.ok(box.row !== other.row || box.end <= other.x || other.end <= box.x);
      }
    }
    if (labels.length) assert.ok(places.at(-1), "the latest change has its label");
  }
});

test("a zoom stays within the run and is none where it is all", () => {
  assert.equal(stretchWithin(-5, 400, 315), null);
  assert.deepEqual(stretchWithin(300, 400, 315), { from: 215, to: 315 });
  assert.deepEqual(stretchWithin(100.4, 100.6, 315), { from: 100, to: 104 });
  assert.equal(stretchWithin(0, 1, 1), null);
});

test("whole numbers are read in thousands", () => {
  assert.equal(countText(12600), "12\u2009600");
  assert.equal(countText(63), "63");
});
