export default function ({ data, parentElement, setTriggerValue }) {
  import(new URL(data.module, document.baseURI).href).then(({ mount }) => mount(parentElement, data, setTriggerValue));
}
