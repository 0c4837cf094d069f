// The small app with which a Space may begin. Pure.

/** The kinds of app that this hub serves. */
export const SDKS = ['static', 'gradio', 'streamlit'] as const;

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Hello</title>
    <link rel="stylesheet" href="style.css" />
  </head>
  <body>
    <h1>Hello</h1>
    <label>Your name <input id="name" autocomplete="off" /></label>
    <p id="greeting"></p>
    <script type="module" src="app.js"></script>
  </body>
</html>
`;
const STYLE = `body {
  max-width: 34rem;
  margin: 15vh auto;
  padding: 0 1rem;
  font: 1rem/1.5 system-ui, sans-serif;
  color-scheme: light dark;
}
`;
const SCRIPT = `const greeting = document.querySelector('#greeting');
document.querySelector('#name').addEventListener('input', ({ target }) => {
  greeting.textContent = target.value === '' ? '' : \`Hello, \${target.value}!\`;
});
`;
const GRADIO = `import gradio as gr


def greet(name):
    return f"Hello {name}!"


gr.Interface(
    fn=greet,
    inputs=gr.Textbox(label="Name"),
    outputs=gr.Textbox(label="Greeting"),
    api_name="greet",
).launch()
`;
const STREAMLIT = `import streamlit as st

st.title("Hello")
name = st.text_input("Name")
if name:
    st.write(f"Hello {name}!")
`;

/** Its files. */
export function startingFiles(sdk: (typeof SDKS)[number]): Readonly<Record<string, string>> {
  if (sdk === 'static') return { 'index.html': PAGE, 'style.css': STYLE, 'app.js': SCRIPT };
  return { 'app.py': sdk === 'gradio' ? GRADIO : STREAMLIT };
}
