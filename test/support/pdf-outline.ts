/** Titles of a PDF's outline: literal strings, or UTF-16 in hex where one has more than ASCII. */
export function outlineOf(pdf: Buffer): string[] {
  const texts = [...pdf.toString('latin1').matchAll(/\/Title\s*(?:\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f]+)>)/g)];
  const decoded = texts.map(([, literal, hex]) =>
    literal === undefined ? decodeUtf16(Buffer.from(hex ?? '', 'hex')) : decodeLiteral(literal),
  );
  return decoded.map(once);
}

function decodeLiteral(text: string): string {
  const bytes = text.replaceAll(/\\([0-7]{3}|.)/g, (_, code: string) =>
    code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : code,
  );
  return bytes.startsWith('\u00fe\u00ff') ? decodeUtf16(Buffer.from(bytes, 'latin1')) : bytes;
}

function decodeUtf16(bytes: Buffer): string {
  return Buffer.from(bytes.subarray(2)).swap16().toString('utf16le');
}

/** Chromium names a heading twice over that it moved to the next page. */
function once(title: string): string {
  const half = title.slice(0, title.length / 2);
  return half + half === title ? half : title;
}
