// Lets what stands beside a button be copied. Without script there is no button, and the text can be selected.

for (const button of document.querySelectorAll('[data-copy]')) {
  const source = button.parentElement.querySelector('code');
  const { textContent: name } = button;
  if (source === null || navigator.clipboard === undefined) continue;
  button.hidden = false;
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(source.textContent).then(
      () => {
        button.textContent = button.dataset.done;
        setTimeout(() => (button.textContent = name), 2_000);
      },
      () => (button.hidden = true),
    );
  });
}
