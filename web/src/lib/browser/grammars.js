// Where the grammars of the languages are that code is coloured in. Each is loaded only where it is needed.
import bash from '@highlightjs/cdn-assets/es/languages/bash.min.js?url';
import c from '@highlightjs/cdn-assets/es/languages/c.min.js?url';
import cmake from '@highlightjs/cdn-assets/es/languages/cmake.min.js?url';
import cpp from '@highlightjs/cdn-assets/es/languages/cpp.min.js?url';
import css from '@highlightjs/cdn-assets/es/languages/css.min.js?url';
import diff from '@highlightjs/cdn-assets/es/languages/diff.min.js?url';
import dockerfile from '@highlightjs/cdn-assets/es/languages/dockerfile.min.js?url';
import go from '@highlightjs/cdn-assets/es/languages/go.min.js?url';
import ini from '@highlightjs/cdn-assets/es/languages/ini.min.js?url';
import java from '@highlightjs/cdn-assets/es/languages/java.min.js?url';
import javascript from '@highlightjs/cdn-assets/es/languages/javascript.min.js?url';
import json from '@highlightjs/cdn-assets/es/languages/json.min.js?url';
import julia from '@highlightjs/cdn-assets/es/languages/julia.min.js?url';
import latex from '@highlightjs/cdn-assets/es/languages/latex.min.js?url';
import makefile from '@highlightjs/cdn-assets/es/languages/makefile.min.js?url';
import markdown from '@highlightjs/cdn-assets/es/languages/markdown.min.js?url';
import python from '@highlightjs/cdn-assets/es/languages/python.min.js?url';
import r from '@highlightjs/cdn-assets/es/languages/r.min.js?url';
import rust from '@highlightjs/cdn-assets/es/languages/rust.min.js?url';
import sql from '@highlightjs/cdn-assets/es/languages/sql.min.js?url';
import typescript from '@highlightjs/cdn-assets/es/languages/typescript.min.js?url';
import xml from '@highlightjs/cdn-assets/es/languages/xml.min.js?url';
import yaml from '@highlightjs/cdn-assets/es/languages/yaml.min.js?url';
import core from '@highlightjs/cdn-assets/es/core.min.js?url';

/** The addresses by what code calls its language. */
export const GRAMMARS = {
  ...{ bash, c, cmake, cpp, css, diff, dockerfile, go, ini, java, javascript, json, julia, latex, makefile },
  ...{ markdown, python, r, rust, sql, typescript, xml, yaml },
  ...{ sh: bash, shell: bash, console: bash, zsh: bash, py: python, js: javascript, ts: typescript },
  ...{ html: xml, svg: xml, yml: yaml, toml: ini, md: markdown, tex: latex, rs: rust, jsonl: json },
};

/** The address of what reads them. */
export const HIGHLIGHTER = core;
