// A photo of digits: it comes in by a file, the camera, the clipboard or a drop, is scaled here, and is read by the server.
// What is shown of one photo stays until the next; a photo that is read while another is sent is not shown any more.

const LONGEST = 2000;          // px of the longer side that are sent
const MOST_BYTES = 5_000_000;
const HEAD = 4096;             // bytes of a file that no picture is made of: enough to tell what it is
const QUALITY = 0.92;          // of JPEG
const SHADES = 28;

const MARKUP = `
  <p class="note">One digit or a page full, in pen or in chalk: it is cleaned to ink on black, and each digit is read. Your browser scales the picture to ${LONGEST.toLocaleString("en").replace(",", "\u2009")} pixels and sends it; the server reads it and keeps nothing.</p>
  <div class="ways" role="group" aria-label="Ways to give a picture">
    <label class="way">Choose a picture<input type="file" class="file" accept="image/jpeg,image/png,image/webp"></label>
    <label class="way camera">Take a photo<input type="file" class="shot" accept="image/*" capture="environment"></label>
    <button type="button" class="way paste">Paste</button>
    <button type="button" class="way made">Make a page to try</button>
  </div>
  <p class="hint">Or drop a picture here, or press Ctrl+V.</p>
  <p class="problem" role="alert"></p>
  <p class="said" role="status"></p>
  <div class="result" hidden>
    <div class="two">
      <figure class="sent"><div class="sheet"><img class="given" alt="The picture as it was sent"><div class="boxes" aria-hidden="true"></div></div>
        <figcaption><span class="facts"></span> <a class="save">Save what was read</a></figcaption></figure>
      <div class="side">
        <h3></h3>
        <div class="digits" role="group" aria-label="Digits in reading order"></div>
      </div>
      <div class="chosen"><p class="verdict"></p><table><caption>Probability of each class</caption><tbody></tbody></table></div>
    </div>
    <h3>How it was cleaned</h3>
    <ol class="stages"></ol>
  </div>`;

const views = new WeakMap();
const percent = (share) => (share >= 0.9995 ? "> 99.9" : (share * 100).toFixed(1)) + " %";
const write = (node, text) => { if (node.textContent !== text) node.textContent = text; };

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(properties)) if (name.includes("-")) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export default function ({ data, parentElement }) {
  const view = views.get(parentElement) ?? open(parentElement);
  view.fromPage(data);
  return () => setTimeout(() => view.root.isConnected || view.close(), 0);
}

const encoded = (canvas, ...how) => new Promise((resolve) => canvas.toBlob(resolve, ...how));

// What is sent of a file: its picture, upright and scaled, without what a camera writes about place and time. A file that
// this browser makes no picture of is sent as it is, for the server to say what it is.
async function prepared(file) {
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return { blob: file.size > MOST_BYTES ? file.slice(0, HEAD) : file, drawn: false };
  }
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = make("canvas", { width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) });
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const exact = file.type === "image/jpeg" ? null : await encoded(canvas, "image/png");
  if (exact && exact.size <= MOST_BYTES) return { blob: exact, drawn: true };
  context.globalCompositeOperation = "destination-over";     // JPEG has no transparency, and would make it black
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return { blob: await encoded(canvas, "image/jpeg", QUALITY), drawn: true };
}

function open(parentElement) {
  const root = make("div", { className: "photo", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const find = (selector) => root.querySelector(selector);
  const [problem, said, result, given, boxes, facts, save, title, list, verdict, body, stages] = [".problem", ".said", ".result",
    ".given", ".boxes", ".facts", ".save", ".side h3", ".digits", ".verdict", "tbody", ".stages"].map(find);
  const listening = new AbortController();
  const on = (target, type, handler) => target.addEventListener(type, handler, { signal: listening.signal });
  let reader = null, made = "";
  let sent = null;             // the picture that was sent last: {blob, drawn}
  let asked = 0, chosen = 0, address = "";

  // -- what was read -------------------------------------------------------------------------------------------------

  const choose = (digits, classes, place) => {
    chosen = place;
    [...list.children].forEach((button, at) => button.setAttribute("aria-pressed", String(at === place)));
    [...boxes.children].forEach((box, at) => box.classList.toggle("on", at === place));
    const digit = digits[place];
    write(verdict, `Digit ${place + 1}: ${digit.verdict}`);
    body.replaceChildren(...digit.probabilities.map((share, at) => {
      const fill = make("i");
      fill.style.transform = `scaleX(${share.toFixed(3)})`;
      return make("tr", { className: at === digit.label ? "best" : "" }, make("th", { scope: "row" }, classes[at]),
        make("td", { className: "track", "aria-hidden": "true" }, make("div", {}, fill)), make("td", { className: "value" }, percent(share)));
    }));
  };

  const small = (digit) => {
    const canvas = make("canvas", { width: SHADES, height: SHADES, "aria-hidden": "true" });
    const context = canvas.getContext("2d"), pixels = context.createImageData(SHADES, SHADES);
    digit.pixels.map((ink) => Math.round(0.255 * ink)).forEach((value, at) => pixels.data.set([value, value, value, 255], 4 * at));
    context.putImageData(pixels, 0, 0);
    return canvas;
  };

  const show = (told) => {
    const { digits, classes, width, height } = told;
    URL.revokeObjectURL(address);
    address = URL.createObjectURL(sent.blob);
    given.src = sent.drawn ? address : told.stages[0].image;
    save.href = address;
    save.download = sent.blob.type === "image/jpeg" ? "photo.jpg" : "photo.png";
    write(facts, `${Math.max(1, Math.round(sent.blob.size / 1000))} kB were sent.`);
    boxes.replaceChildren(...digits.map(({ box: [top, left, bottom, right] }, at) => {
      const box = make("span", {}, make("b", {}, String(at + 1)));
      Object.assign(box.style, { top: `${(100 * top) / height}%`, left: `${(100 * left) / width}%`, height: `${(100 * (bottom - top)) / height}%`, width: `${(100 * (right - left)) / width}%` });
      box.addEventListener("click", () => choose(digits, classes, at));
      return box;
    }));
    list.replaceChildren(...digits.map((digit, at) => {
      const name = classes[digit.label], chance = percent(digit.probabilities[digit.label]);
      const button = make("button", { type: "button", "aria-label": `Digit ${at + 1}: ${name}, ${chance}` }, small(digit),
        make("span", { className: name.length > 2 ? "guess long" : "guess" }, name), make("small", {}, chance));
      button.classList.toggle("unsure", digit.probabilities[digit.label] < 0.6);
      button.addEventListener("click", () => choose(digits, classes, at));
      return button;
    }));
    stages.replaceChildren(...told.stages.map((stage) => make("li", {}, make("img", { src: stage.image, alt: `${stage.title}: the picture after this step` }),
      make("b", {}, stage.title), make("p", {}, stage.sentence))));
    const many = digits.length === 1 ? "1 digit" : `${digits.length} digits`;
    write(title, digits.length ? `${many} read: ${digits.map(({ label }) => classes[label]).join(" ")}` : "Nothing to read");
    find(".chosen").hidden = !digits.length;
    if (digits.length) choose(digits, classes, Math.min(chosen, digits.length - 1));
    result.hidden = false;
    return digits.length ? title.textContent : "";
  };

  const refuse = (words) => {
    result.hidden = true;
    write(said, "");
    write(problem, words);
  };
  const busy = (words) => {
    write(problem, "");
    write(said, words);
    root.setAttribute("aria-busy", String(words !== ""));
  };

  // -- asking --------------------------------------------------------------------------------------------------------

  const ask = async () => {
    const number = ++asked;
    busy("Reading the picture …");
    let words, told = null;
    try {
      const answer = await fetch(`${reader.address}?network=${encodeURIComponent(reader.network)}`, { method: "POST", body: sent.blob });
      told = await answer.json();
      words = answer.ok ? "" : told.problem;
    } catch {
      words = "The server did not answer. Try again.";
    }
    if (number !== asked) return;
    busy("");
    if (words) return refuse(words);
    const summary = show(told);
    if (summary) write(said, summary);
    else write(problem, "No digit was found. Expected dark digits on light paper, or light ones on dark, that stand apart. The steps below show what became of the picture.");
  };

  const take = async (file) => {
    if (!file) return;
    if (!reader) return refuse("The network is still being loaded. Try again in a moment.");
    const number = ++asked;
    busy("Preparing the picture …");
    const ready = await prepared(file);
    if (number !== asked) return;
    [sent, chosen] = [ready, 0];
    await ask();
  };

  for (const input of root.querySelectorAll("input")) {
    on(input, "change", () => {
      take(input.files[0]);
      input.value = "";          // so that the same file can be chosen again
    });
  }
  on(find(".made"), "click", async () => {
    try {
      const answer = await fetch(`${made}?seed=${Math.floor(Math.random() * 2 ** 32)}`);
      if (answer.ok) take(await answer.blob());
      else refuse((await answer.json()).problem);
    } catch {
      refuse("The server did not answer. Try again.");
    }
  });

  const pasteButton = find(".paste");
  pasteButton.hidden = !navigator.clipboard?.read;      // which browsers have on https and localhost alone
  on(pasteButton, "click", async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((one) => one.startsWith("image/"));
        if (type) return take(await item.getType(type));
      }
      refuse("Expected a picture in the clipboard; there is none. Copy a picture first, then paste.");
    } catch {
      refuse("The browser did not give the clipboard. Press Ctrl+V instead.");
    }
  });
  on(document, "paste", (event) => {
    const [file] = event.clipboardData?.files ?? [];
    if (!file || !root.isConnected) return;
    event.preventDefault();
    take(file);
  });
  on(root, "dragover", (event) => { event.preventDefault(); root.classList.add("over"); });
  on(root, "dragleave", () => { root.classList.remove("over"); });
  on(root, "drop", (event) => {
    event.preventDefault();
    root.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) take(file);
    else refuse("Expected a file; what was dropped is none. Save the picture first, then drop its file.");
  });

  const view = {
    root,
    fromPage(data) {
      const before = reader;
      ({ reader, made } = data);
      if (sent && reader && before && before.network !== reader.network) ask();     // another network reads the same photo
    },
    close() {
      asked += 1;
      listening.abort();
      URL.revokeObjectURL(address);
      views.delete(parentElement);
      root.remove();
    },
  };
  views.set(parentElement, view);
  return view;
}
