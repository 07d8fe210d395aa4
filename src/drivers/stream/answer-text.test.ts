import { describe, expect, it } from 'vitest';
import { answerText } from './answer-text.ts';

const sse = (...events: readonly object[]): string =>
  `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;

describe('the text of an answer', () => {
  it.each([
    [
      'OpenAI’s chat',
      sse(
        { choices: [{ delta: { role: 'assistant', content: '' } }] },
        { choices: [{ delta: { reasoning_content: 'hm' } }] },
        { choices: [{ delta: { content: 'Rain "is"\n' } }] },
        { choices: [{ delta: { content: 'ü' }, finish_reason: 'stop' }] },
        { choices: [], usage: { completion_tokens: 2 } },
      ),
      'Rain "is"\nü',
    ],
    ['completions', sse({ choices: [{ text: 'a' }] }, { choices: [{ text: ' b' }] }), 'a b'],
    [
      'the responses API',
      sse(
        { type: 'response.created', response: {} },
        { type: 'response.output_text.delta', delta: 'a' },
        { type: 'response.output_text.delta', delta: 'b' },
        { type: 'response.completed', response: { output: [{ content: [{ text: 'ab' }] }] } },
      ),
      'ab',
    ],
    [
      'Anthropic’s messages',
      'event: message_start\r\ndata: {"type":"message_start","message":{"content":[]}}\r\n\r\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"a"}}\r\n\r\n',
      'a',
    ],
    ['Ollama’s chat', '{"message":{"content":"a"}}\n{"message":{"content":"b"},"done":true}\n', 'ab'],
    ['Ollama’s generate', '{"response":"a"}\n{"response":"b","done":true}', 'ab'],
    [
      'text-generation-inference',
      sse({ token: { text: 'a' } }, { token: { text: '</s>', special: true }, generated_text: 'a' }),
      'a',
    ],
    ['Open Inference', sse({ text_output: 'a' }, { text_output: 'b' }), 'ab'],
    ['one piece of chat', '{"choices":[{"message":{"role":"assistant","content":"a"}}]}', 'a'],
    ['one piece of the responses API', '{"output":[{"content":[{"type":"output_text","text":"a"}]}]}', 'a'],
    ['one piece of Anthropic’s', '{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}', 'ab'],
  ])('of %s', (_, body, text) => {
    expect(answerText(body)).toBe(text);
  });

  it.each(['', 'plain text', '{"prediction": 1}', 'data: [DONE]\n\n', '[1]'])('is not in %j', (body) => {
    expect(answerText(body)).toBeNull();
  });
});
