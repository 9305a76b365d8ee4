/** What the server sends and takes: see primer_core/picture/parts.py, grid.py and primer_core/lessons/event.py. */

export type Role = "a" | "b" | "c" | "result" | "plain";
export type Hue = "hue-0" | "hue-1" | "hue-2" | "hue-3" | "hue-4" | "hue-5";
export type Span =
  | string
  | { strong: string }
  | { code: string }
  | { number: string }
  | { name: string; role: Role | Hue };
export type Text = Span[];

export type LessonEvent =
  | { kind: "put"; texts: Record<string, string>; travel?: true }
  | { kind: "resize"; field: string; start: string; shape: number[] }
  | { kind: "click"; grid: string; index: number[] }
  | { kind: "edit"; grid: string; index: number[]; value: number }
  /**
   * `field`: what it changes; `sets`: what it sets, so that a later act of the same replaces it, else it adds; `texts`:
   * what brings it back should the page be left before it is answered.
   */
  | {
    kind: "act"; name: string; details: Record<string, string | number>;
    field?: string; sets?: string; texts?: Record<string, string>;
  };

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
export interface OpenIn { kind: "openin"; text: string; slug: string; query: string }
export interface Note { kind: "note"; text: Text }
export interface Notice { kind: "notice"; tone: string; paragraphs: Text[]; title?: string }
export interface Fix { kind: "fix"; label: Text; puts: Record<string, string> }
export interface Fixes { kind: "fixes"; fixes: Fix[]; title?: string }
export interface Story { kind: "story"; paragraphs: Text[]; note?: Text; title?: string }
export interface CodePanel { kind: "code"; code: string; marks: [number, number, string][]; note?: string }
export interface QuizAnswer { kind: "answer"; label: string; reason: Text }
export interface Quiz {
  kind: "quiz"; question: Text; answers: QuizAnswer[]; right: string; title?: string; field?: string; chosen?: string;
  printed?: boolean;
}
export interface SmallGrid { kind: "smallgrid"; rows: string[][]; role?: Role }
export interface TableCell {
  kind: "cell"; text: Text; tone?: string; note?: Text; badges?: { kind: "badge"; text: string; tone?: string }[]; grid?: SmallGrid;
}
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
  most_lines?: number; marks?: ProgramMarks; problem?: Text; disabled?: string; quiet?: boolean;
}
/** Line (from 1) and column (from 0, in characters) of the first character, and of what follows the last. */
export type ProgramPlace = [number, number, number, number];
export interface ProgramFault { kind: "fault"; place: ProgramPlace; message: string }
export interface ProgramMarks {
  kind: "programmarks"; current?: number; faulty?: number[]; faults?: ProgramFault[]; expressions?: ProgramPlace[];
}
export interface Controls { kind: "controls"; controls: Control[]; chip?: Chip; chips?: Chip[] }
export interface ActButton {
  kind: "actbutton"; label: string; name: string; details: Record<string, string | number>; code: string; keys: string;
}
export interface Acts { kind: "acts"; buttons: ActButton[]; title: string }
export interface Presets { kind: "presets"; presets: [string, Record<string, string>][]; lit?: string }
export interface Measure { kind: "measure"; label: string; what: string; parts?: Part[]; of?: string; last?: boolean }
export interface Bar {
  kind: "bar"; name: Text; value: number; label: string; tone?: Role; group?: string; note?: string;
}
export interface Bars {
  kind: "bars"; bars: Bar[]; caption: string;
  titles?: { group?: string; name?: string; label?: string; note?: string }; whole?: number;
}
export interface BitGroup { kind: "bitgroup"; name: string; bits: string }
export interface Bits { kind: "bits"; groups: BitGroup[]; formula: string; caption: string }
export interface Curve {
  kind: "curve"; name: string; values: (number | null)[]; texts: string[]; tone?: Role; dashed?: boolean;
}
export interface Curves {
  kind: "curves"; title: string; across: string; curves: Curve[]; low: number; high: number; ticks: [number, string][];
  places: [number, string][]; logarithmic?: boolean;
}
export interface Way { kind: "way"; name: string; code: string }
export interface ProgramLine {
  kind: "programline"; code: string; depth?: number; place?: number; tone?: string; word?: string; name?: string;
  ways?: Way[]; stays?: boolean; up?: boolean; down?: boolean; gap?: number;
}
export interface ProgramLines {
  kind: "programlines"; field: string; title: string; lines: ProgramLine[]; count: number; offers?: Way[]; restores?: string;
}
export interface ProbabilityBar {
  kind: "probabilitybar"; name: string; p: number; target: number | null; percent: string; gradient: string; tags?: string[];
}
export interface StepCell { kind: "stepcell"; text: string; formula: string; note?: string; broken?: boolean }
export interface StepRow { kind: "steprow"; name: string; cells: StepCell[]; role?: Role }
export interface StepTable { kind: "steptable"; title: string; rows: StepRow[] }
export interface ProbabilityBars {
  kind: "probabilitybars"; bars: ProbabilityBar[]; arrow: string; tables: StepTable[]; focus: [number, number, number];
  share?: string; aim?: string; places?: number[];
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
  axes: { name: string; size: number; marked: boolean; hue?: number }[];
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

export interface Reading { kind: "reading"; shape: [number, number, number]; strides: [number, number, number] }
export interface Image { kind: "image"; source: number; description: string; reading?: Reading }
export interface Figure {
  kind: "figure"; caption: Text; facts: Text; image: Image; word?: string; tone?: string; channels?: string[]; note?: Text;
}
export interface Images { kind: "images"; figures: Figure[]; sources: string[] }
export interface Remedy { kind: "remedy"; label: Text; text: string }
export interface StepCard {
  kind: "stepcard"; text: string; outcome: "done" | "failed" | "waiting"; facts?: string[]; word?: string; tone?: string;
  messages?: Text[]; remedies?: Remedy[];
}
export interface Offer { kind: "offer"; name: string; does: string; text: string }
export interface Steps {
  kind: "steps"; field: string; name: string; start: string[]; cards: StepCard[]; offers: Offer[]; most: number;
}
export interface Pointer { kind: "pointer"; names: string[]; cells: number[]; note: string; whole?: boolean }
export interface Strip {
  kind: "strip"; count: number; drawn: number[]; pointers: Pointer[]; notes: string[]; changed?: number[]; role?: Role;
}
export interface BatchBox { kind: "batchbox"; name: string; note: string; samples: number[]; refused?: boolean }
export interface EpochFlow { kind: "epochflow"; name: string; batches: BatchBox[]; left_out: number[]; ways: Text[] }
/** Samples that flow into batches. */
export interface Batches {
  kind: "batches"; samples: { kind: "sample"; role: Role; says: Text }[]; legend: { kind: "labelcolour"; role: Role; text: string }[]; epochs: EpochFlow[];
}

/** What was done from start to end, in milliseconds, on a lane of its own. */
export interface TimeSpan { kind: "span"; start: number; end: number; look: "load" | "step" | "wait" | "start"; batch: number }
export interface Lane { kind: "lane"; name: string; spans: TimeSpan[] }
export interface Timeline {
  kind: "timeline"; runs: { kind: "run"; title: string; lanes: Lane[] }[]; legend: [string, string][]; caption: string;
}

export interface MemoryStrips { kind: "memorystrips"; strips: Strip[] }
export interface Slider {
  kind: "numberslider"; grid: string; label: string; value: string; least: string; most: string; step: string; note?: string;
}
export interface Sliders { kind: "sliders"; sliders: Slider[] }

export interface GraphTensor { kind: "tensor"; label: string; shape: string; tone: string; rows: string[][] }
export interface GraphSign { kind: "sign"; text: string }
export interface GraphEquation { kind: "equation"; terms: (GraphTensor | GraphSign)[]; caption?: string; formula?: string }
export interface GraphChange {
  kind: "change"; node: string; computed?: boolean; value?: string[]; tensor?: GraphTensor; saved?: string; stale?: string[];
  version?: number; upstream?: string[]; grad?: string[];
}
export interface GraphStep {
  kind: "step"; event: string; phase: string; title: string; text: string; node?: string; equations?: GraphEquation[];
  quote?: string; changes?: GraphChange[]; flows?: { kind: "flow"; source: string; slot: number }[];
}
export interface GraphNode {
  kind: "node"; id: string; look: string; title: string; engine: string; expression: string; value: string[];
  shape: string; tensor: GraphTensor; x: number; y: number; height: number; badges?: string[];
  facts?: [string, string][]; saved?: [string, string][]; why?: string[]; version?: number; output?: boolean; guilty?: boolean;
}
export interface GraphEdge {
  kind: "edge"; source: string; target: string; slot: number; route: [number, number][]; carries_gradient?: boolean;
}
export interface Graph {
  kind: "graph"; nodes: GraphNode[]; edges: GraphEdge[]; steps: GraphStep[]; width: number; height: number; node_width: number;
}

export interface DerivationMatrix {
  kind: "matrix"; symbol: string; label: string; shape: number[]; role: Role; rows: number[]; columns: number[];
  cells: string[][]; full: string[][];
}
export interface DerivationBlock { kind: "block"; title: string; rows: string[][][] }
export type DerivationTerm =
  | string
  | { kind: "sign"; text: string; sign: string }
  | { kind: "term"; symbol: string; transposed?: boolean; masked?: boolean };
export type DerivationPiece =
  | string
  | { kind: "entry"; symbol: string; row: string; column: string; bare?: boolean }
  | { kind: "positive"; symbol: string; row: string; column: string }
  | { kind: "byrow"; texts: string[] }
  | { kind: "sum"; term: DerivationPiece[] };
export interface DerivationStep {
  kind: "equation"; symbol: string; phase: string; equation: DerivationTerm[]; code: string;
  meaning: string; agrees: boolean; mark: string; verdict: string; formula: string; numbers: DerivationPiece[];
  others?: string[][];
}
export interface DerivationPixels {
  kind: "pixels"; symbol: string; side: number; levels: string; captions: string[]; signed?: boolean;
}
export interface Derivation {
  kind: "derivation"; matrices: DerivationMatrix[]; blocks: DerivationBlock[]; steps: DerivationStep[]; start: number;
  stop?: { kind: "stop"; code: string; message: string }; pixels?: DerivationPixels[];
}

export type Part =
  | Chip | Heading | OpenIn | Note | Notice | Fixes | Story | CodePanel | Quiz | Table | Sizes | Controls | Acts | Presets | Measure
  | Card | Columns | Bars | Bits | Curves | Derivation | Graph | Images | ProbabilityBars | ProgramLines | Sliders | Steps | MemoryStrips | Picture | Batches | Timeline;

/** How a learner left a drawing: the place that it stands at, or bars that were measured and are in no question. */
export interface Seen { at?: number[]; bars?: Bars }

/** What a part's element can do on its page. */
export interface PageContext {
  slug: string;
  /** Take what the learner did. */
  push(event: LessonEvent): void;
  /** Whether something newer than what is drawn was set in a field. */
  isAhead(field: string): boolean;
  /** Open a part of an array that is elided, from an index on; null shows its ends again. */
  open(grid: string, start: number[] | null): void;
  /** Save a drawing of the page. */
  save(drawing: HTMLElement, format: "svg" | "png", seen: Seen): Promise<void>;
  /** Say something to a screen reader. */
  announce(text: string): void;
  /** Have something measured on the server's machine, or ask for what was measured last. */
  measure(what: string, kept?: boolean): Promise<Part[]>;
  /** The address of what is drawn. */
  link(): string;
  /** The libraries that answer, with their versions. */
  versions: string;
  /** What was measured last since the page was opened, by its name. */
  measured: Map<string, Part[]>;
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
  /** The libraries that answer, with their versions: "NumPy 2.4.2, PyTorch 2.15.0". */
  versions: string;
}

/* What the server says of a training run: see live_view in ui/training/live_view.py. */

export interface RunView {
  at: number; mark: string; again: number; run: string; ended: boolean; share: number; progress: string;
  numbers: (string | null)[]; batches: number; planned: number;
  curve?: { first: number; losses: string; means: string };
  /** epoch, batch, train loss, validation loss, validation accuracy */
  epochs?: { first: number; points: [number, number, number | null, number | null, number][] };
  changes?: { first: number; points: [number, string][] };
  behind?: { run: string; name: string; batches: number; first: number; means: string }[];
  moments?: { version: string; steps: number[] };
  summary?: string;
}
export interface EpochPoint {
  epoch: number; step: number; train: number | null; validation: number | null; accuracy: number;
}
/** `step`: batches trained on, null for what there is now; `moment`: those of the nearest kept moment, if there is one. */
export interface Look { run: string; step: number | null; moment: number | null }

/* What the server says of a sweep: see sweep_view in ui/training/sweep_view.py. */

export interface SweepNews {
  run: string; rate: number; batch: number; total: number; of: number; first: number; means: (number | null)[];
  facts: string; state: string; kind: "waiting" | "going" | "ended" | "bad"; share: number;
  loss: string; accuracy: string; epoch: number;
}
export interface SweepView {
  at: number; mark: string; again: number; rates: string[]; batches: string[]; going: boolean; best: string | null;
  cells: SweepNews[];
}
