export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  import(new URL(data.module, document.baseURI).href).then(({ mount }) => mount(parentElement, data, setStateValue, setTriggerValue));
}
