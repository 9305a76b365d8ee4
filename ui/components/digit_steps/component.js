export default function ({ data, parentElement }) {
  import(new URL(data.module, document.baseURI).href).then(({ mount }) => mount(parentElement, data));
}
