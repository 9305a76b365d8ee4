/** What the server sends and takes: see primer_core/picture/parts.py, grid.py and primer_core/lessons/event.py. */

export type Role = "a" | "b" | "c" | "result" | "plain";
export type Span =
  | string
  | { strong: string }
  | { code: string }
  | { number: string }
  | { name: string; role: Role };
export type Text = Span[];

export type LessonEvent =
  | { kind: "put"; texts: Record<string, string>; travel?: "undo" | "redo" }
  | { kind: "resize"; field: string; start: string; shape: number[] }
  | { kind: "click"; grid: string; index: number[] }
  | { kind: "edit"; grid: string; index: number[]; value: number }
  | { kind: "act"; name: string; details: Record<string, string | number> };

export interface Answer {
  n: number;
  question: Record<string, string>;
  address: string;
  panel: Part[];
  body: Part[] | null;
  refusal?: string;
  problems?: string[];
  loading?: string;
}

export interface Chip { kind: "chip"; verdict: string; text: string }
export interface Heading { kind: "heading"; text: string }
export interface Note { kind: "note"; text: Text }
export interface Notice { kind: "notice"; tone: string; paragraphs: Text[]; title?: string }
export interface Fix { kind: "fix"; label: Text; puts: Record<string, string> }
export interface Fixes { kind: "fixes"; fixes: Fix[]; title?: string }
export interface Story { kind: "story"; paragraphs: Text[]; note?: Text; title?: string }
export interface CodePanel { kind: "code"; code: string; marks: [number, number, string][]; note?: string }
export interface QuizAnswer { kind: "answer"; label: string; reason: Text }
export interface Quiz { kind: "quiz"; question: Text; answers: QuizAnswer[]; right: string; title?: string }
export interface TableCell { kind: "cell"; text: Text; tone?: string; note?: Text }
export interface Table { kind: "table"; head: Text[]; rows: TableCell[][]; caption: string }
export interface SizeCell {
  kind: "size"; text?: string; note?: string; tone?: string; axis?: number; adds?: boolean; drops?: boolean;
}
export interface SizeRow {
  kind: "sizerow"; name: string; shape: number[]; cells: SizeCell[]; field?: string; text?: string; role?: Role;
}
export interface Sizes {
  kind: "sizes"; columns: [string, string][]; rows: SizeRow[]; result?: [string, SizeCell[]]; most?: number;
}
export interface Control {
  kind: "control"; field: string; look: string; label: string; value: string; help?: string; placeholder?: string;
  options?: [string, string][]; least?: string; most?: string; step?: string; role?: string; lines?: number;
  problem?: Text; disabled?: string; quiet?: boolean; wide?: number;
}
export interface Controls { kind: "controls"; controls: Control[]; chip?: Chip }
export interface Presets { kind: "presets"; presets: [string, Record<string, string>][]; lit?: string }
export interface Measure { kind: "measure"; label: string; what: string; parts?: Part[] }
export interface ProbabilityBar {
  kind: "probabilitybar"; name: string; p: number; target: number; percent: string; gradient: string; tags?: string[];
}
export interface StepCell { kind: "stepcell"; text: string; formula: string; note?: string; broken?: boolean }
export interface StepRow { kind: "steprow"; name: string; cells: StepCell[]; role?: Role }
export interface StepTable { kind: "steptable"; title: string; rows: StepRow[] }
export interface ProbabilityBars {
  kind: "probabilitybars"; bars: ProbabilityBar[]; arrow: string; tables: StepTable[]; focus: [number, number, number];
}
export interface Card { kind: "card"; parts: Part[]; name?: string }
export interface Columns { kind: "columns"; columns: Part[][]; widths?: number[] }

export type FormulaPiece =
  | string
  | { ref: string }
  | { val: string }
  | { strong: FormulaPiece[] }
  | { each: FormulaPiece[]; separator: string }
  | { texts: string[] };
export interface Formula { to: string; pieces: FormulaPiece[]; terms: number }
export interface Grid {
  id: string; name: string; role: Role; shape: number[]; caption: string; ndim: number;
  axes: { name: string; size: number; marked: boolean }[];
  shown: number[][]; elided: boolean; window: number[] | null; cells: string[]; full: Record<string, string>;
  ghost: number[]; marked: number[]; faded: number[]; labels: string[] | null;
  badges: { text: string; tone: string }[]; tags: string[]; editable: boolean; selectable: boolean;
  elided: boolean; window: number[] | null;
}
export interface Link { from: string; to: string; cells: (number | number[])[]; same: boolean }
export interface Picture {
  kind: "picture"; grids: Grid[];
  rows: { items: (string | { op: string })[]; label: string | null; compact: boolean }[];
  links: Link[]; formulas: Formula[]; focus: [string, number] | null;
}

export type Part =
  | Chip | Heading | Note | Notice | Fixes | Story | CodePanel | Quiz | Table | Sizes | Controls | Presets | Measure
  | Card | Columns | ProbabilityBars | Picture;

/** What a part's element can do on its page. */
export interface PageContext {
  slug: string;
  /** Take what the learner did. */
  push(event: LessonEvent): void;
  /** Whether something newer than what is drawn was set in a field. */
  isAhead(field: string): boolean;
  /** Open a part of an array that is elided, from an index on; null shows its ends again. */
  open(grid: string, start: number[] | null): void;
  /** Save a picture of the page. */
  save(picture: HTMLElement, format: "svg" | "png"): Promise<void>;
  /** Say something to a screen reader. */
  announce(text: string): void;
  /** Have something measured on the server's machine. */
  measure(what: string): Promise<Part[]>;
}

/** A part's element, and how it is brought up to date. */
export interface View<P> {
  element: HTMLElement;
  update(part: P): void;
}

/** What the page's script tells the page's module. */
export interface Mounted {
  slug: string;
  /** Path of the lesson's address on this server. */
  address: string;
  /** Parameters that the script was run with. */
  opened: string;
  /** JSON of the first answer; empty where a library has to be loaded first. */
  answer: string;
  /** Parameters of the address that could not be taken, as sentences. */
  problems: string[];
  question: Record<string, string>;
}
