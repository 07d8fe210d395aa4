/**
 * What the reader can choose: which requests, which stretch of time. The script brings it out, it is nothing without.
 * @param choices further ones, as HTML.
 */
export function toolbar(choices = ''): string {
  return (
    '<form class="toolbar" hidden aria-label="What is shown">' +
    `<label class="names">Requests <select name="name" autocomplete="off"></select></label>${choices}` +
    '<div class="span" role="group" aria-label="Stretch of time"><label>From <input name="from" size="6" autocomplete="off" spellcheck="false"></label>' +
    '<label>to <input name="to" size="6" autocomplete="off" spellcheck="false"></label>' +
    '<button type="button" class="whole" disabled>Whole run</button></div>' +
    '<p class="hint" role="status">Drag across a chart to look closer: all charts and tables follow.</p></form>'
  );
}
