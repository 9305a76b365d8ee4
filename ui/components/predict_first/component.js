// A question with answers to press. Nothing is sent: each answer's reason is here already.

const MARKUP = `
  <h3>Predict first</h3>
  <p class="question" id="question"></p>
  <div class="answers" role="group" aria-labelledby="question"></div>
  <p class="reason" role="status"></p>`;
const BEFORE = "Each wrong answer has a reason. You will see yours.";

const asked = new WeakMap();

export default function ({ data, parentElement }) {
  const known = asked.get(parentElement) ?? open(parentElement);
  known.show(data);
}

/** Text with code between backticks, as nodes. */
const prose = (text) => text.split("`").map((piece, place) =>
  place % 2 ? Object.assign(document.createElement("code"), { textContent: piece }) : piece);

function open(parentElement) {
  const root = Object.assign(document.createElement("div"), { className: "predict", innerHTML: MARKUP });
  parentElement.appendChild(root);
  const [question, answers, reason] = [".question", ".answers", ".reason"].map((one) => root.querySelector(one));
  let shown = "";

  const answer = (data, given) => {
    [...answers.children].forEach((button, place) => button.setAttribute("aria-pressed", String(place === given)));
    const [text, why] = data.answers[given];
    const right = text === data.correct;
    reason.className = `reason ${right ? "right" : "wrong"}`;
    reason.replaceChildren(Object.assign(document.createElement("b"), { textContent: right ? "✓ " : "✗ " }), ...prose(why));
  };
  const show = (data) => {
    const news = JSON.stringify(data);
    if (news === shown) return;
    shown = news;
    question.replaceChildren(...prose(data.question));
    answers.replaceChildren(...data.answers.map(([text], place) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => answer(data, place));
      return button;
    }));
    reason.className = "reason";
    reason.textContent = BEFORE;
  };

  const known = { show };
  asked.set(parentElement, known);
  return known;
}
