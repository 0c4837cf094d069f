// What no form can do by itself: asks the device for a passkey, and sends what it answers with the form.
for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    const field = form.elements.namedItem('response');
    if (field.value !== '') return;
    event.preventDefault();
    const options = JSON.parse(form.dataset.options);
    const asked =
      form.dataset.passkey === 'create'
        ? navigator.credentials.create({
            publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
          })
        : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    asked.then(
      (credential) => {
        field.value = JSON.stringify(credential);
        form.requestSubmit();
      },
      () => (form.querySelector('[data-failed]').hidden = false),
    );
  });
}
