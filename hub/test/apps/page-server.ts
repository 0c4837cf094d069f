// The end of an app's program that says one thing to whoever asks, without a framework: what it wants to say is in SAID, as bytes.

/** Lines of Python. They need `http.server` and `os`. */
export const SERVE_SAID = `
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", str(len(SAID)))
        self.end_headers()
        self.wfile.write(SAID)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["GRADIO_SERVER_PORT"])), Page).serve_forever()
`;
