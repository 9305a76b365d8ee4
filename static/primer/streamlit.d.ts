/** What Streamlit hands to a component's default export, and what that may give back, in its Components v2. */

/** `Data` is what Python sends; `State` names the values that the component sends back. */
export interface RendererArguments<Data, State = Record<string, unknown>> {
  data: Data;
  /** Names this instance among all instances of all components. */
  key: string;
  /** What the component is registered as. */
  name: string;
  /** A shadow root where styles are isolated. */
  parentElement: HTMLElement | ShadowRoot;
  /** Keeps a value across runs of the page, and runs it. */
  setStateValue<Name extends keyof State>(name: Name, value: State[Name]): void;
  /** Gives a value to one run of the page, which it starts. */
  setTriggerValue<Name extends keyof State>(name: Name, value: State[Name]): void;
}

/** A component's default export: called at mounting and with new data; what it returns is called when it goes. */
export type Renderer<Data, State = Record<string, unknown>> = (
  given: RendererArguments<Data, State>,
) => (() => void) | void;
