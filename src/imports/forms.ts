/** Bodies of forms, of fields whose texts are templates. */

type Field = readonly [name: string, value: string];

/** Everything but the placeholders is percent-encoded. */
export function formOf(fields: readonly Field[]): string {
  return fields.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&');
}

function encoded(template: string): string {
  return template
    .split(/(\{\{\{\{|\{\{[^{}]*\}\})/)
    .map((piece, n) => {
      if (n % 2 === 1 && piece !== '{{{{') return piece;
      return new URLSearchParams([['', piece === '{{{{' ? '{{' : piece]]).toString().slice(1);
    })
    .join('');
}

/** As browsers write it. */
export function multipartOf(fields: readonly Field[]): { readonly text: string; readonly type: string } {
  const whole = fields.flat().join('');
  let boundary = 'rampart-form';
  while (whole.includes(boundary)) boundary += '-0';
  const name = (text: string): string => text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
  const parts = fields.map(
    ([key, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name(key)}"\r\n\r\n${value}\r\n`,
  );
  return { text: `${parts.join('')}--${boundary}--\r\n`, type: `multipart/form-data; boundary=${boundary}` };
}
